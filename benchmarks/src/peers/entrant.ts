/** One side of a comparison, in a process of its own. */
export interface Entrant {
  /** Of how it runs: versions, numbers of nodes, milliseconds until it was ready. */
  readonly facts: Readonly<Record<string, string | number>>
  /** One training step → its loss in nats a token; or one decoding → the ids, row after row. */
  run(): Promise<readonly number[]>
}

/** N of the workload `DS-bN`; undefined for one that trains. */
export function decodingBatch(workload: string): number | undefined {
  const [, batch] = workload.split('-b')
  return batch === undefined ? undefined : Number(batch)
}
