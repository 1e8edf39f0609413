import { attentionRules } from './attention-rule.ts'
import type { Dim, Shape } from './dims.ts'
import { mulDims } from './dims.ts'
import type { ValueType } from './graph.ts'
import type { CompositeName } from './ops.ts'
import type { Fail, ShapeRule } from './rule.ts'
import { expectKind, expectRank, expectShape } from './rule.ts'

function float(shape: Shape): ValueType {
  return { kind: 'float', shape }
}

function lastAxis<O extends CompositeName>(operands: string): ShapeRule<O> {
  return {
    operands,
    infer(inputs, _, fail) {
      for (const input of inputs) {
        expectKind(input, ['float'], fail)
        expectShape('each operand', input, inputs[0]!.shape, fail)
      }
      if (inputs[0]!.shape.length === 0) fail('needs an axis to normalise over, but the operand is a scalar')
      return [inputs[0]!]
    },
  }
}

function expectFloat(name: string, input: ValueType, shape: Shape, fail: Fail): void {
  expectKind(input, ['float'], fail)
  expectShape(name, input, shape, fail)
}

function expectSmoothing(smoothing: number, fail: Fail): void {
  if (!(smoothing >= 0 && smoothing < 1)) {
    fail(`the smoothing must be at least 0 and below 1, but it is ${smoothing}`)
  }
}

function expectLabels(logits: ValueType, labels: ValueType, fail: Fail): Shape {
  expectKind(logits, ['float'], fail)
  expectKind(labels, ['int'], fail)
  if (logits.shape.length === 0) fail('logits need an axis of classes')
  const classes = logits.shape.at(-1)
  if (typeof classes !== 'number') fail(`the number of classes must be a number, but it is '${classes}'`)
  const rows = logits.shape.slice(0, -1)
  expectShape('labels', labels, rows, fail)
  return rows
}

/** The size D of rows [..., D] and of their weight and bias [D]; dy is shaped like the rows. */
function expectRows([x, ...others]: readonly ValueType[], names: readonly string[], fail: Fail): Dim {
  expectKind(x!, ['float'], fail)
  const width = x!.shape.at(-1)
  if (width === undefined) return fail('needs an axis to normalise over, but the operand is a scalar')
  others.forEach((other, i) => {
    expectFloat(names[i]!, other, names[i] === 'dy' ? x!.shape : [width], fail)
  })
  return width
}

/** Sizes [T, B, H] of a recurrent layer from its input projection [T, B, gates·H] and weight [gates·H, H]. */
function recurrentDims(xProjection: ValueType, weight: ValueType, gates: number, fail: Fail): Dim[] {
  expectRank('xProjection', xProjection, 3, fail)
  expectKind(xProjection, ['float'], fail)
  expectRank('weightHh', weight, 2, fail)
  const [T, B, width] = xProjection.shape
  const H = weight.shape[1]!
  if (typeof H !== 'number') fail(`the hidden size must be a number, but it is '${H}'`)
  if (width !== mulDims(gates, H)) fail(`xProjection needs ${gates}·${H} features, but it has ${width}`)
  expectFloat('weightHh', weight, [width, H], fail)
  return [T!, B!, H, width]
}

function expectMask(isReal: ValueType | undefined, T: Dim, B: Dim, fail: Fail): void {
  if (!isReal) return
  expectKind(isReal, ['bool'], fail)
  expectShape('isReal', isReal, [T, B], fail)
}

/** What each composite takes and gives; the meaning stands with the functions in `composites/`. */
export const compositeRules: { readonly [O in CompositeName]: ShapeRule<O> } = {
  softmax: lastAxis('x'),
  softmaxGrad: lastAxis('y dy'),
  logSoftmax: lastAxis('x'),
  logSoftmaxGrad: lastAxis('y dy'),
  crossEntropy: {
    operands: 'logits labels',
    infer([logits, labels], { smoothing }, fail) {
      expectSmoothing(smoothing, fail)
      return [float(expectLabels(logits!, labels!, fail))]
    },
  },
  crossEntropyGrad: {
    operands: 'logits labels dLoss',
    infer([logits, labels, dLoss], { smoothing }, fail) {
      expectSmoothing(smoothing, fail)
      expectFloat('dLoss', dLoss!, expectLabels(logits!, labels!, fail), fail)
      return [logits!]
    },
  },
  layerNorm: {
    operands: 'x weight bias?',
    infer(inputs, _, fail) {
      expectRows(inputs, ['weight', 'bias'], fail)
      return [inputs[0]!]
    },
  },
  layerNormGrad: {
    operands: 'x weight dy',
    infer(inputs, _, fail) {
      const row = float([expectRows(inputs, ['weight', 'dy'], fail)])
      return [inputs[0]!, row, row]
    },
  },
  rmsNorm: {
    operands: 'x weight',
    infer(inputs, _, fail) {
      expectRows(inputs, ['weight'], fail)
      return [inputs[0]!]
    },
  },
  rmsNormGrad: {
    operands: 'x weight dy',
    infer(inputs, _, fail) {
      return [inputs[0]!, float([expectRows(inputs, ['weight', 'dy'], fail)])]
    },
  },
  ...attentionRules,
  lstm: {
    operands: 'xProjection weightHh hidden cell isReal?',
    infer([xProjection, weight, hidden, cell, isReal], _, fail) {
      const [T, B, H, width] = recurrentDims(xProjection!, weight!, 4, fail) as [Dim, Dim, Dim, Dim]
      expectFloat('hidden', hidden!, [B, H], fail)
      expectFloat('cell', cell!, [B, H], fail)
      expectMask(isReal, T, B, fail)
      return [float([T, B, H]), float([T, B, H]), float([T, B, width])]
    },
  },
  lstmGrad: {
    operands: 'weightHh cell cells gates dStates dCells isReal?',
    infer([weight, cell, cells, gates, dStates, dCells, isReal], _, fail) {
      const [T, B, H] = recurrentDims(gates!, weight!, 4, fail) as [Dim, Dim, Dim]
      expectFloat('cell', cell!, [B, H], fail)
      for (const each of [cells!, dStates!, dCells!])
        expectFloat('cells, dStates and dCells', each, [T, B, H], fail)
      expectMask(isReal, T, B, fail)
      return [gates!, float([B, H]), float([B, H])]
    },
  },
  gru: {
    operands: 'xProjection weightHh biasHh hidden isReal?',
    infer([xProjection, weight, bias, hidden, isReal], _, fail) {
      const [T, B, H, width] = recurrentDims(xProjection!, weight!, 3, fail) as [Dim, Dim, Dim, Dim]
      expectFloat('biasHh', bias!, [width], fail)
      expectFloat('hidden', hidden!, [B, H], fail)
      expectMask(isReal, T, B, fail)
      return [float([T, B, H]), float([T, B, width]), float([T, B, H])]
    },
  },
  gruGrad: {
    operands: 'weightHh hidden states gates candidate dStates isReal?',
    infer([weight, hidden, states, gates, candidate, dStates, isReal], _, fail) {
      const [T, B, H] = recurrentDims(gates!, weight!, 3, fail) as [Dim, Dim, Dim]
      expectFloat('hidden', hidden!, [B, H], fail)
      for (const each of [states!, candidate!, dStates!]) {
        expectFloat('states, candidate and dStates', each, [T, B, H], fail)
      }
      expectMask(isReal, T, B, fail)
      return [gates!, gates!, float([B, H])]
    },
  },
  adam: {
    operands: 'parameter gradient m v learningRate correction1 correction2 gradientScale',
    infer([parameter, gradient, m, v, ...scalars], _, fail) {
      expectKind(parameter!, ['float'], fail)
      for (const each of [gradient!, m!, v!]) expectFloat('gradient, m and v', each, parameter!.shape, fail)
      for (const scalar of scalars)
        expectFloat('learningRate, corrections and gradientScale', scalar, [], fail)
      return [parameter!, m!, v!]
    },
  },
  dropoutMask: {
    operands: 'key',
    infer([key], { shape, rate }, fail) {
      expectKind(key!, ['int'], fail)
      expectShape('key', key!, [3], fail)
      if (!(rate >= 0 && rate < 1)) fail(`the rate must be at least 0 and below 1, but it is ${rate}`)
      return [float(shape)]
    },
  },
}
