import type { HostArray } from '@dragoman/core'
import { ShapeError } from '@dragoman/core'
import type { ConformanceCase } from '../case.ts'
import { errorCase, expectError } from './expect-error.ts'

const wrong: Readonly<Record<string, { readonly array: HostArray; readonly facts: readonly string[] }>> = {
  'too few elements': {
    array: { kind: 'float', shape: [2, 2], data: Float32Array.of(1, 2, 3) },
    facts: ['3', '4', 'float'],
  },
  'a fractional size': {
    array: { kind: 'float', shape: [1.5, 2], data: Float32Array.of(1, 2, 3) },
    facts: ['1.5'],
  },
  'a negative size': { array: { kind: 'int', shape: [-1, -2], data: Int32Array.of(1, 2) }, facts: ['-1'] },
  'floats for ints': {
    array: { kind: 'int', shape: [2], data: Float32Array.of(1, 2) },
    facts: ['Float32Array', 'int'],
  },
  'ints for bools': {
    array: { kind: 'bool', shape: [2], data: Int32Array.of(1, 0) },
    facts: ['Int32Array', 'bool'],
  },
}

/** Host arrays that no backend takes. */
export const uploadErrorCases: readonly ConformanceCase[] = Object.entries(wrong).map(
  ([name, { array, facts }]) =>
    errorCase(`an upload of ${name} is refused`, (context) =>
      expectError(context, 'the upload', { classes: [ShapeError], facts }, () =>
        context.backend.upload(array),
      ),
    ),
)
