import type { Backend, OpName } from '@dragoman/core'
import { OptionError, UnsupportedOpError } from '@dragoman/core'
import type { ConformanceCase } from './case.ts'

/** Something that a backend does not do, and says so: a case by its id, or an op wherever it is needed. */
export type Gap = ({ readonly case: string } | { readonly op: OpName }) & {
  /** Why, for whoever reads the matrix. */
  readonly reason: string
}

/** How a case ended that did not fail. */
export type Outcome = { readonly status: 'passed' } | { readonly status: 'gap'; readonly reason: string }

/**
 * The gaps of a backend, strict both ways: what is a gap must raise UnsupportedOpError, and a gap that
 * nothing needs any more is an error.
 *
 * @throws OptionError for a gap that names a case which does not exist.
 */
export class GapList {
  private readonly gaps: readonly Gap[]
  private readonly used = new Set<Gap>()

  constructor(gaps: readonly Gap[], cases: readonly ConformanceCase[]) {
    const ids = new Set(cases.map(({ id }) => id))
    for (const gap of gaps) {
      if ('case' in gap && !ids.has(gap.case)) {
        throw new OptionError({ option: 'gaps', problem: `there is no case '${gap.case}'` })
      }
    }
    this.gaps = gaps
  }

  /**
   * Runs a case.
   *
   * @throws what the case throws, unless it is an UnsupportedOpError that a gap covers; OptionError when
   *   the case passes though it is named as a gap.
   */
  async run(each: ConformanceCase, backend: Backend): Promise<Outcome> {
    const named = this.gaps.find((gap) => 'case' in gap && gap.case === each.id)
    try {
      await each.run(backend)
    } catch (error) {
      if (!UnsupportedOpError.isInstance(error)) throw error
      const gap = named ?? this.gaps.find((other) => 'op' in other && other.op === error.op)
      if (!gap) throw error
      this.used.add(gap)
      return { status: 'gap', reason: gap.reason }
    }
    if (named) throw closed(named)
    return { status: 'passed' }
  }

  /** After all cases: throws OptionError when there is a gap that none of them fell into. */
  expectAllUsed(): void {
    const unused = this.gaps.find((gap) => !this.used.has(gap))
    if (unused) throw closed(unused)
  }
}

function closed(gap: Gap): OptionError {
  const what = 'case' in gap ? `'${gap.case}'` : `op '${gap.op}'`
  return new OptionError({
    option: 'gaps',
    problem: `gap closed: ${what} (${gap.reason})`,
    hint: 'delete this line from the gaps',
  })
}
