/** One product of a polynomial: `coefficient` · Π `symbols`. */
export interface DimTerm {
  readonly coefficient: number
  readonly symbols: readonly string[]
}

/** The terms of a dim in core's canonical text, such as `2*batch*time-1`. */
export function dimTerms(dim: string): DimTerm[] {
  return [...dim.matchAll(/([+-]?)([^+-]+)/g)].map(([, sign, product]) => {
    const factors = product!.split('*')
    const numbers = factors.filter((factor) => /^\d/.test(factor)).map(Number)
    const size = numbers.reduce((total, factor) => total * factor, 1)
    const symbols = factors.filter((factor) => !/^\d/.test(factor))
    return { coefficient: sign === '-' ? -size : size, symbols }
  })
}
