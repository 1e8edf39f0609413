import { BackendError, UnsupportedOpError } from '@dragoman/core'
import { reasonOf } from '../availability.ts'
import type { CommandContext } from '../main.ts'
import { backendNamed } from '../model-folder.ts'
import { createProgress } from '../progress.ts'
import { UsageError } from '../usage-error.ts'
import { type ComparisonRequest, type Measurement, measure, tokensOf } from './measure.ts'
import { type ComparedBackend, type Comparison, compareWith } from './report.ts'

interface Baseline {
  readonly name: string
  readonly measured: Measurement
}

/**
 * Runs the same sources on one backend after another. The first that is there is the baseline.
 *
 * @param asked backends that must be there; without, all that `isCompared`, and a row says what is missing.
 * @throws BackendError for one that was asked for and is not there, or when there is none at all.
 */
export async function compareBackends(
  request: ComparisonRequest,
  asked: readonly string[] | undefined,
  context: CommandContext,
): Promise<Comparison> {
  const { environment } = context
  const names = asked ?? comparedNames(context)
  const progress = createProgress(environment)
  const compared: ComparedBackend[] = []
  let baseline: Baseline | undefined
  try {
    for (const [i, name] of names.entries()) {
      progress.update(i / names.length, name)
      try {
        const measured = await measureNamed(name, request, baseline, context)
        baseline ??= { name, measured }
        compared.push(compareWith(name, request.sources, baseline.measured, measured))
      } catch (error) {
        if (asked || !isOfBackend(error)) throw error
        compared.push({ name, available: false, reason: reasonOf(error) })
      }
    }
  } finally {
    progress.stop()
  }
  if (!baseline)
    throw new BackendError({
      backend: 'compare',
      problem: 'no backend is available',
      hint: 'dragoman backends says why',
    })
  return {
    model: request.folder,
    sources: request.sources.length,
    logitSources: baseline.measured.logits.length,
    tokens: tokensOf(baseline.measured.outputs),
    baseline: baseline.name,
    backends: compared,
  }
}

/** Throws UsageError for a name that is not known, BackendError for a backend that is not installed. */
export function expectBackends(names: readonly string[], { environment }: CommandContext): void {
  for (const name of names) backendNamed(name, '--backends', environment).expectInstalled?.()
}

/** Names of the backends that are compared without being asked for. */
export function comparedNames({ environment }: CommandContext): string[] {
  return Object.entries(environment.backends).flatMap(([name, entry]) => (entry.isCompared ? [name] : []))
}

async function measureNamed(
  name: string,
  request: ComparisonRequest,
  baseline: Baseline | undefined,
  context: CommandContext,
): Promise<Measurement> {
  const entry = backendNamed(name, '--backends', context.environment)
  entry.expectInstalled?.()
  return measure(entry, request, baseline?.measured.outputs, context)
}

/** Whether an error is of the backend, not of the model or of how the command was called. */
function isOfBackend(error: unknown): boolean {
  if (UsageError.isInstance(error)) return error.option === '--threads'
  return BackendError.isInstance(error) || UnsupportedOpError.isInstance(error)
}
