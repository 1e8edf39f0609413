import { describe, expect, it } from 'vitest'
import {
  AbortError,
  BackendError,
  ConfigError,
  DataError,
  DragomanError,
  FormatError,
  GraphError,
  KindError,
  NonFiniteError,
  OptionError,
  ShapeError,
  StorageError,
  UnsupportedOpError,
} from './errors.ts'

const shapeError = new ShapeError({
  op: 'matmul',
  problem: 'inner sizes differ (12 and 64)',
  inputs: [
    { label: 'left', shape: ['batch', 12], scope: 'decoder.hidden' },
    { label: 'right', shape: [64, 12], scope: 'output.weight' },
  ],
  hint: 'right looks transposed: transpose(right)?',
})

describe('messages', () => {
  it('renders the example of the design to the letter', () => {
    expect(String(shapeError)).toBe(
      [
        'ShapeError: matmul: inner sizes differ (12 and 64)',
        '  left   [batch, 12]  (decoder.hidden)',
        '  right  [64, 12]     (output.weight)',
        '  hint: right looks transposed: transpose(right)?',
      ].join('\n'),
    )
  })

  // One row per class: what it was given, what it says, fields that a program may read.
  const cases: [DragomanError, string, Record<string, unknown>][] = [
    [
      new KindError({
        op: 'add',
        problem: 'kinds differ',
        inputs: [
          { label: 'left', kind: 'float', shape: [] },
          { label: 'right', kind: 'int', shape: [2] },
        ],
      }),
      'KindError: add: kinds differ\n  left   float []\n  right  int [2]',
      { op: 'add', problem: 'kinds differ', hint: undefined },
    ],
    [
      new GraphError({ operation: 'check', problem: 'value 3 is used before it is made', scope: 'encoder' }),
      'GraphError: check: value 3 is used before it is made\n  in encoder',
      { scope: 'encoder' },
    ],
    [
      new UnsupportedOpError({ backend: 'tfjs', op: 'scan', scope: 'decoder', hint: 'use cpu()' }),
      'UnsupportedOpError: tfjs: scan: not supported\n  in decoder\n  hint: use cpu()',
      { backend: 'tfjs', op: 'scan', scope: 'decoder', hint: 'use cpu()' },
    ],
    [
      new BackendError({ backend: 'cpu', problem: 'out of memory' }),
      'BackendError: cpu: out of memory',
      { backend: 'cpu' },
    ],
    [
      new ConfigError({
        path: 'encoder.cell',
        problem: 'unknown value "lstmm"',
        allowed: ['lstm', 'gru'],
        hint: 'lstm?',
      }),
      'ConfigError: encoder.cell: unknown value "lstmm"\n  allowed: lstm, gru\n  hint: lstm?',
      { path: 'encoder.cell', allowed: ['lstm', 'gru'] },
    ],
    [
      new DataError({ file: 'pairs.tsv', line: 7, problem: 'no tab' }),
      'DataError: pairs.tsv:7: no tab',
      { file: 'pairs.tsv', line: 7 },
    ],
    [new DataError({ line: 7, problem: 'no tab' }), 'DataError: line 7: no tab', { file: undefined }],
    [new DataError({ problem: 'empty' }), 'DataError: data: empty', { line: undefined }],
    [
      new StorageError({ path: 'a/b', problem: 'disk full' }),
      'StorageError: a/b: disk full',
      { path: 'a/b' },
    ],
    [
      new FormatError({ format: 'safetensors', problem: 'too short', seen: ['3 bytes'] }),
      'FormatError: safetensors: too short\n  3 bytes',
      { format: 'safetensors' },
    ],
    [
      new NonFiniteError({ step: 12, tensor: 'loss' }),
      'NonFiniteError: step 12: loss is not finite\n  hint: lower the learning rate, or clip gradients',
      { step: 12, tensor: 'loss' },
    ],
    [new AbortError({ operation: 'train' }), 'AbortError: train: aborted', { operation: 'train' }],
    [
      new OptionError({ option: 'rate', problem: 'is 1', hint: 'take 0 ≤ rate < 1' }),
      'OptionError: rate: is 1\n  hint: take 0 ≤ rate < 1',
      { option: 'rate', problem: 'is 1' },
    ],
  ]
  it.each(cases.map((row) => [row[0].name, ...row] as const))('%s', (_, error, text, fields) => {
    expect(String(error)).toBe(text)
    expect(error).toMatchObject(fields)
    expect(error).toBeInstanceOf(Error)
  })

  it('keeps the cause', () => {
    const cause = new Error('EIO')
    expect(new StorageError({ path: 'a', problem: 'unreadable', cause }).cause).toBe(cause)
    expect('cause' in new StorageError({ path: 'a', problem: 'unreadable' })).toBe(false)
  })
})

describe('isInstance', () => {
  it('knows a class and its parent, and no other class', () => {
    expect(ShapeError.isInstance(shapeError)).toBe(true)
    expect(DragomanError.isInstance(shapeError)).toBe(true)
    expect(KindError.isInstance(shapeError)).toBe(false)
    expect(ShapeError.isInstance(new DragomanError({ operation: 'x', problem: 'y' }))).toBe(false)
  })

  it('knows an error of another copy of the package', () => {
    // What another copy leaves on its errors: the same registered symbol, other classes.
    const foreign = Object.assign(new Error('x'), {
      [Symbol.for('dragoman.error')]: ['DataError', 'DragomanError'],
    })
    expect(foreign).not.toBeInstanceOf(DragomanError)
    expect(DataError.isInstance(foreign)).toBe(true)
    expect(ConfigError.isInstance(foreign)).toBe(false)
  })

  it.each([undefined, null, 'ShapeError', new Error('ShapeError'), { name: 'ShapeError' }])(
    'refuses %s',
    (value) => {
      expect(DragomanError.isInstance(value)).toBe(false)
    },
  )

  it('narrows the type', () => {
    const value: unknown = shapeError
    if (!ShapeError.isInstance(value)) throw new Error('not narrowed')
    expect(value.inputs[0]?.label).toBe('left')
  })
})
