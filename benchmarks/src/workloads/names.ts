/** Workloads that share their processes: a contestant makes its model once and does all of a group. */
export const groups: Readonly<Record<Group, readonly string[]>> = {
  gemm: [
    'gemm-512x512x512',
    'gemm-1024x1024x1024',
    'gemm-768x256x1024',
    'gemm-32x256x1024',
    'gemm-1x512x58101',
  ],
  TT: ['TT'],
  TR: ['TR'],
  TG: ['TG'],
  DS: ['DS-b1', 'DS-b16'],
  DM: ['DM'],
}

/** A group of workloads. */
export type Group = 'gemm' | TrainingWorkload | DecodingGroup

/** A workload that trains. */
export type TrainingWorkload = 'TT' | 'TR' | 'TG'

/** A group that decodes. */
export type DecodingGroup = 'DS' | 'DM'

/** What the results of a group are: a loss a step, ids of tokens, or some elements of a product. */
export function outcomeOf(group: Group): 'losses' | 'tokens' | 'products' {
  if (group === 'gemm') return 'products'
  return group === 'DS' || group === 'DM' ? 'tokens' : 'losses'
}

/** Sources that a workload decodes at once; undefined for one that does not decode. */
export function decodingBatch(workload: string): number | undefined {
  if (workload === 'DM') return 1
  const [, batch] = workload.split('-b')
  return batch === undefined ? undefined : Number(batch)
}
