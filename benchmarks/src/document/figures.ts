import type { Result } from '../comparison/result.ts'
import { decodingSizes } from '../workloads/decoding-sizes.ts'
import { decodingBatch } from '../workloads/names.ts'
import { operationsOf, productOf, weightBytesOf } from '../workloads/products.ts'

/** A result in the unit of its workload. */
export interface Figure {
  readonly value: number
  readonly unit: 'GFLOP/s' | 'GB/s' | 'tokens/s' | 'ms'
}

/** What a workload is told in: work a second of products and decoding, milliseconds of the others. */
export function figureOf({ workload, medianMs }: Pick<Result, 'workload' | 'medianMs'>): Figure {
  if (workload.startsWith('gemm-')) {
    const product = productOf(workload)
    if (product.rows === 1) return { value: weightBytesOf(product) / medianMs / 1e6, unit: 'GB/s' }
    return { value: operationsOf(product) / medianMs / 1e6, unit: 'GFLOP/s' }
  }
  const batch = decodingBatch(workload)
  if (batch === undefined) return { value: medianMs, unit: 'ms' }
  return { value: (batch * decodingSizes.steps * 1000) / medianMs, unit: 'tokens/s' }
}

/** A figure with three digits that count, thousands apart. */
export function digits(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US')
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

/** As it stands in tables. */
export function textOf({ value, unit }: Figure): string {
  return `${digits(value)} ${unit}`
}
