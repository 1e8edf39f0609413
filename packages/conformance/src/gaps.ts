import type { Backend, OpName } from '@dragoman/core'
import { OptionError, UnsupportedOpError } from '@dragoman/core'
import type { ConformanceCase } from './case.ts'

/**
 * Something that a backend does not do:
 *
 * - `{ op }`: an op, in whichever cases `compile` refuses it with UnsupportedOpError; there must be one;
 * - `{ case }`: one case by its id, which must raise UnsupportedOpError.
 *
 * A wrong number is no gap: what a backend cannot give right, it refuses.
 */
export type Gap = ({ readonly case: string } | { readonly op: OpName }) & {
  /** Why, for whoever reads the matrix. */
  readonly reason: string
}

/** How a case ended that did not fail. */
export type Outcome = { readonly status: 'passed' } | { readonly status: 'gap'; readonly reason: string }

/**
 * The gaps of a backend. A gap of a case is strict both ways: the case must raise its error, and fails when it
 * passes. A gap of an op is strict as a whole: it covers every case that is refused for that op, and is an
 * error when, all cases having run, there was none; a case that needs the op and passes is no error.
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
   * @throws what the case throws, unless a gap covers it; OptionError when the case passes though it is
   *   named as a gap.
   */
  async run(each: ConformanceCase, backend: Backend): Promise<Outcome> {
    const named = this.gaps.find((gap) => 'case' in gap && gap.case === each.id)
    try {
      await each.run(backend)
    } catch (error) {
      const gap = this.covering(error, named)
      if (!gap) throw error
      this.used.add(gap)
      return { status: 'gap', reason: gap.reason }
    }
    if (!named) return { status: 'passed' }
    this.used.add(named)
    throw GapList.closed(named)
  }

  /** After all cases: the gaps that none of them fell into. */
  unused(): Gap[] {
    return this.gaps.filter((gap) => !this.used.has(gap))
  }

  /** What says that a gap is not needed any more. */
  static closed(gap: Gap): OptionError {
    const what = 'case' in gap ? `'${gap.case}'` : `op '${gap.op}'`
    return new OptionError({
      option: 'gaps',
      problem: `gap closed: ${what} (${gap.reason})`,
      hint: 'delete this line from the gaps',
    })
  }

  private covering(error: unknown, named: Gap | undefined): Gap | undefined {
    if (!UnsupportedOpError.isInstance(error)) return undefined
    return named ?? this.gaps.find((gap) => 'op' in gap && gap.op === error.op)
  }
}
