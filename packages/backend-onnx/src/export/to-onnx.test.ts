import {
  adamw,
  buildTokenizer,
  createSeq2Seq,
  EOS_ID,
  encode,
  mul,
  reference,
  type Seq2Seq,
  SOS_ID,
  score,
  trace,
} from '@dragoman/core'
import { hostArray, OptionError } from '@dragoman/core/backend'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { countOps, readModel } from '../testing/read-model.ts'
import { toOnnx } from './to-onnx.ts'

const tokenizer = buildTokenizer(['ab', 'c'], { type: 'char' })
const layer = { type: 'transformer', modelSize: 4, layers: 1, heads: 2, feedForwardSize: 8, dropout: 0.1 }

function model(): Seq2Seq {
  return createSeq2Seq(
    {
      config: { version: 1, encoder: layer, decoder: layer },
      tokenizers: { source: tokenizer, target: tokenizer },
      backend: reference(),
    },
    { seed: 1 },
  )
}

function recurrent(encoder: object, decoder: object): Seq2Seq {
  const tokenizers = { source: tokenizer, target: tokenizer }
  return createSeq2Seq(
    {
      config: JSON.parse(JSON.stringify({ version: 1, encoder, decoder })),
      tokenizers,
      backend: reference(),
    },
    { seed: 1 },
  )
}

/** The operators approximate sigmoid and tanh to about 1e-6. */
function expectNear(got: Float32Array, want: Float32Array): void {
  expect(got.length).toBe(want.length)
  want.forEach((x, i) => {
    expect(got[i]).toBeCloseTo(x, 5)
  })
}

const ints = (dims: readonly number[], ...data: number[]) => new Tensor('int32', Int32Array.from(data), dims)

const train = {
  optimizer: adamw(),
  labelSmoothing: 0,
  clipNorm: 1,
  clipValue: 0,
  scheduledSampling: false,
}

describe('toOnnx of a graph', () => {
  const graph = trace('scaled', (t) => ({
    y: mul(t.input('x', 'float', ['n']), t.input('scale', 'float', [])),
  }))

  it('writes one file, with constants, documentation and metadata', () => {
    const constants = { scale: hostArray('float', [], [3]) }
    const file = readModel(toOnnx(graph, { constants, documentation: 'three times', metadata: { a: 'b' } }))
    expect(file.graph.inputs).toEqual([{ name: 'x', type: 1, dims: ['n'] }])
    expect(file.graph.initializers).toEqual(['scale'])
    expect([file.documentation, file.metadata]).toEqual(['three times', { a: 'b' }])
  })

  it('refuses a constant that is no input', () => {
    const write = () => toOnnx(graph, { constants: { factor: hostArray('float', [], [3]) } })
    expect(write).toThrow(OptionError)
    expect(write).toThrow("the graph 'scaled' has no input 'factor'")
  })

  it('refuses an option that it does not have', () => {
    const write = () => toOnnx(graph, { parts: ['step'] } as object)
    expect(write).toThrow(OptionError)
    expect(write).toThrow('parts: toOnnx of a graph has no such option')
  })
})

describe('toOnnx of a model', () => {
  it('writes the parts of decoding, with weights and configuration', async () => {
    const seq2seq = model()
    const files = await toOnnx(seq2seq)
    expect(Object.keys(files)).toEqual(['encode.onnx', 'start.onnx', 'step.onnx'])
    const step = readModel(files['step.onnx']!)
    expect(step.graph.initializers).toContain('decoder.output.weight')
    expect(step.graph.inputs.map(({ name }) => name).slice(0, 2)).toEqual(['ids', 'parents'])
    expect(step.graph.outputs[0]!.name).toBe('logProbabilities')
    expect(JSON.parse(step.metadata.config!)).toEqual(JSON.parse(JSON.stringify(seq2seq.config)))
  })

  it('files that decode give a target the probability that the library gives it', async () => {
    const seq2seq = model()
    const files = await toOnnx(seq2seq)
    const [start, step] = await Promise.all(
      [files['start.onnx']!, files['step.onnx']!].map((file) => InferenceSession.create(file)),
    )
    const source = [...tokenizer.encode('ab'), EOS_ID]
    let state: Record<string, Tensor> = await start!.run({
      source: ints([1, source.length], ...source),
      sourceLengths: ints([1], source.length),
      room: ints([8], ...new Array<number>(8).fill(0)),
    })
    const target = [...tokenizer.encode('ca'), EOS_ID]
    let [previous, total] = [SOS_ID, 0]
    for (const id of target) {
      const { logProbabilities, ...rest } = await step!.run({
        ...Object.fromEntries(Object.entries(state).filter(([name]) => step!.inputNames.includes(name))),
        ids: ints([1], previous),
        parents: ints([1], 0),
      })
      total += Number(logProbabilities!.data[id])
      previous = id
      const next = Object.entries(rest).map(([name, tensor]) => [name.replace('next.', ''), tensor])
      state = { ...state, ...Object.fromEntries(next) }
      previous = id
    }
    const [expected] = await score(seq2seq, [{ source: 'ab', target: 'ca' }])
    expect(total).toBeCloseTo(-expected!.nats, 5)
  })

  it.each([
    { cell: 'lstm', bidirectional: true, op: 'LSTM', count: 4 },
    { cell: 'gru', bidirectional: false, op: 'GRU', count: 2 },
    { cell: 'gru-reset-before', bidirectional: true, op: 'GRU', count: 4 },
  ])('encodes by the operator of a $cell, padding and all', async ({ op, count, ...cell }) => {
    const rnn = { type: 'rnn', embeddingSize: 3, hiddenSize: 4, layers: 2, ...cell }
    const seq2seq = recurrent(rnn, { ...rnn, bidirectional: undefined, bridge: 'dense' })
    const file = (await toOnnx(seq2seq, { parts: ['encode'] }))['encode.onnx']!
    const ops = countOps(readModel(file).graph)
    expect([ops[op], ops.Scan]).toEqual([count, undefined])
    const session = await InferenceSession.create(file)
    const sources = ['cab', 'a']
    const rows = sources.map((source) => [...tokenizer.encode(source), EOS_ID])
    const ids = rows.flatMap((row) => [...row, 0, 0, 0].slice(0, 4))
    const lengths = rows.map((row) => row.length)
    const got = await session.run({ source: ints([2, 4], ...ids), sourceLengths: ints([2], ...lengths) })
    const want = await encode(seq2seq, sources)
    want.forEach(({ states, context, size }, row) => {
      const data = got.states!.data.slice(row * 4 * size, row * 4 * size + states.length)
      expectNear(data as Float32Array, states)
      expectNear(got.context!.data.slice(row * size, (row + 1) * size) as Float32Array, context)
    })
  })

  it('writes a train step, whose weights go in and come out', async () => {
    const { graph } = readModel((await toOnnx(model(), { parts: ['train'], train }))['train.onnx']!)
    const inputs = graph.inputs.map(({ name }) => name)
    const outputs = graph.outputs.map(({ name }) => name)
    expect(inputs).toContain('decoder.output.weight')
    expect(inputs).toContain('optimizer.m.decoder.output.weight')
    expect(outputs).toContain('next.decoder.output.weight')
    expect(inputs.some((name) => name.startsWith('dropoutMask.'))).toBe(true)
    expect(outputs.slice(0, 2)).toEqual(['loss', 'gradientNorm'])
  })

  it('refuses what it does not know', async () => {
    await expect(toOnnx(model(), { parts: ['decoder' as 'step'] })).rejects.toThrow(
      "parts: 'decoder' is no part of a model",
    )
    await expect(toOnnx(model(), { parts: ['train'] })).rejects.toThrow("train: the part 'train' needs")
    await expect(toOnnx(model(), { part: 'step' } as object)).rejects.toThrow('toOnnx of a model has no such')
    await expect(toOnnx(model(), { train })).rejects.toThrow('train: options of a train step are given')
  })
})
