import { GraphError } from '../errors.ts'

/**
 * A size along one axis: a number, or an integer polynomial of named symbols in canonical text,
 * such as `'batch'`, `'batch*time'` or `'time-1'`. Two dims are equal exactly when `===` says so.
 */
export type Dim = number | string

/** Sizes of every axis; `[]` is a scalar. */
export type Shape = readonly Dim[]

/** What each symbol stands for in one run, e.g. `{ batch: 32, time: 24 }`. */
export type Bindings = Readonly<Record<string, number>>

/** Coefficients by monomial; a monomial is its sorted symbols joined by `*`, the constant is `''`. */
type Polynomial = ReadonlyMap<string, number>

const symbolPattern = /^[A-Za-z][A-Za-z0-9_]*$/
const polynomialPattern =
  /^-?(\d+|[A-Za-z]\w*)(\*(\d+|[A-Za-z]\w*))*([+-](\d+|[A-Za-z]\w*)(\*(\d+|[A-Za-z]\w*))*)*$/

/** Whether `dim` is one plain symbol: the only kind of dim that a graph input may introduce. */
export function isSymbol(dim: Dim): dim is string {
  return typeof dim === 'string' && symbolPattern.test(dim)
}

const parsed = new Map<string, Polynomial>()

function polynomial(dim: Dim): Polynomial {
  if (typeof dim === 'number') return new Map(dim === 0 ? [] : [['', dim]])
  const known = parsed.get(dim)
  if (known) return known
  if (!polynomialPattern.test(dim)) {
    throw new GraphError({ operation: 'dim', problem: `'${dim}' is no size`, hint: "use names like 'batch'" })
  }
  const terms = new Map<string, number>()
  for (const match of dim.matchAll(/([+-]?)([^+-]+)/g)) {
    let coefficient = match[1] === '-' ? -1 : 1
    const symbols: string[] = []
    for (const factor of match[2]!.split('*')) {
      if (/^\d+$/.test(factor)) coefficient *= Number(factor)
      else symbols.push(factor)
    }
    addTerm(terms, symbols.sort().join('*'), coefficient)
  }
  parsed.set(dim, terms)
  return terms
}

function addTerm(terms: Map<string, number>, monomial: string, coefficient: number): void {
  const sum = (terms.get(monomial) ?? 0) + coefficient
  if (sum === 0) terms.delete(monomial)
  else terms.set(monomial, sum)
}

function canonical(terms: Polynomial): Dim {
  const monomials = [...terms.keys()].sort((a, b) => (a === '' ? 1 : b === '' ? -1 : a < b ? -1 : 1))
  if (monomials.length === 0) return 0
  if (monomials.length === 1 && monomials[0] === '') return terms.get('')!
  let text = ''
  for (const monomial of monomials) {
    const coefficient = terms.get(monomial)!
    const size = Math.abs(coefficient)
    const sign = coefficient < 0 ? '-' : text === '' ? '' : '+'
    text += sign + (monomial === '' ? `${size}` : size === 1 ? monomial : `${size}*${monomial}`)
  }
  return text
}

/** A dim in canonical form; a number stays as it is, for the shape rules to judge. */
export function canonicalDim(dim: Dim): Dim {
  return typeof dim === 'string' ? canonical(polynomial(dim)) : dim
}

/** Whether a dim may be a size: symbols are left to the run. */
export function isSize(dim: Dim): boolean {
  return typeof dim === 'string' || (Number.isSafeInteger(dim) && dim >= 0)
}

/** Canonical form of a dim written by hand; throws GraphError when it is neither a size nor a polynomial. */
export function toDim(dim: Dim): Dim {
  const size = canonicalDim(dim)
  if (isSize(size)) return size
  throw new GraphError({
    operation: 'dim',
    problem: `${size} is no size`,
    hint: 'use an integer of 0 or more',
  })
}

/** a + b. */
export function addDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a + b
  const terms = new Map(polynomial(a))
  for (const [monomial, coefficient] of polynomial(b)) addTerm(terms, monomial, coefficient)
  return canonical(terms)
}

/** a · b. */
export function mulDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a * b
  if (a === 1) return b
  if (b === 1) return a
  const terms = new Map<string, number>()
  for (const [left, x] of polynomial(a)) {
    for (const [right, y] of polynomial(b)) {
      const symbols = [...left.split('*'), ...right.split('*')].filter((s) => s !== '')
      addTerm(terms, symbols.sort().join('*'), x * y)
    }
  }
  return canonical(terms)
}

/** a − b. */
export function subDims(a: Dim, b: Dim): Dim {
  return addDims(a, mulDims(-1, b))
}

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): Dim {
  return shape.reduce<Dim>(mulDims, 1)
}

/** Whether two shapes are the same, symbol by symbol. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis])
}

/** Symbols that occur in a dim. */
export function symbolsOf(dim: Dim): string[] {
  if (typeof dim === 'number') return []
  const symbols = new Set<string>()
  for (const monomial of polynomial(dim).keys()) {
    for (const symbol of monomial.split('*')) if (symbol !== '') symbols.add(symbol)
  }
  return [...symbols]
}

/** The number that a dim is under `bindings`; throws GraphError when a symbol has none. */
export function evaluateDim(dim: Dim, bindings: Bindings): number {
  if (typeof dim === 'number') return dim
  let total = 0
  for (const [monomial, coefficient] of polynomial(dim)) {
    let term = coefficient
    for (const symbol of monomial === '' ? [] : monomial.split('*')) {
      const size = bindings[symbol]
      if (size === undefined)
        throw new GraphError({ operation: 'dim', problem: `'${symbol}' in '${dim}' has no size in this run` })
      term *= size
    }
    total += term
  }
  return total
}

/** The sizes that a shape has under `bindings`. */
export function evaluateShape(shape: Shape, bindings: Bindings): number[] {
  return shape.map((dim) => evaluateDim(dim, bindings))
}

/** `[batch, 12]`, as errors and printed graphs show a shape. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}
