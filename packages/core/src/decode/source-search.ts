import type { RandomStream } from '../random/index.ts'
import type { BeamOptions } from './beam.ts'
import { beamSearch } from './beam.ts'
import { constrainedBeamSearch } from './constrained-beam.ts'
import { diverseBeamSearch } from './diverse-beam.ts'
import { greedySearch } from './greedy.ts'
import type { GenerateSettings } from './options.ts'
import { samplingSearch } from './sampling.ts'
import type { Search, SearchLimits } from './search.ts'
import type { TokenizedSource } from './source-batches.ts'
import { prefixedSearch } from './target-prefix.ts'
import type { TargetRules } from './target-rules.ts'

/** The search that the options ask for, for one source. */
export function searchFor(
  source: TokenizedSource,
  settings: GenerateSettings,
  rules: TargetRules,
  random: RandomStream,
): Search {
  const maxLength = rules.maxLengthFor(source)
  const processors = rules.processorsFor(source, maxLength)
  return prefixedSearch(rules.prefixFor(source), (start) => {
    const limits = { start, maxLength, processors }
    if (settings.sample) return samplingSearch(limits, random, source.index)
    return settings.beams > 1 ? beamSearchFor(source, settings, rules, limits) : greedySearch(limits)
  })
}

function beamSearchFor(
  source: TokenizedSource,
  settings: GenerateSettings,
  rules: TargetRules,
  limits: SearchLimits,
): Search {
  const { beams, earlyStopping, patience, beamGroups: groups, diversityPenalty } = settings
  const options: BeamOptions = { ...limits, beams, earlyStopping, patience, score: settings }
  if (groups > 1) return diverseBeamSearch({ ...options, groups, diversityPenalty })
  const constraints = rules.constraintsFor(source, limits.maxLength)
  if (!constraints) return beamSearch(options)
  return constrainedBeamSearch({ ...options, constraints, reserved: rules.reserved })
}
