import { useEffect, useState } from 'preact/hooks'
import { type BackendName, backendNames, type Missing, missing } from '../engine/backend-names.ts'

/** The backends that this browser lacks, and why; empty until it is known. */
export function useMissing(): Partial<Record<BackendName, Missing>> {
  const [lacking, setLacking] = useState<Partial<Record<BackendName, Missing>>>({})
  useEffect(() => {
    void Promise.all(backendNames.map(async (name) => [name, await missing(name)] as const)).then((all) =>
      setLacking(Object.fromEntries(all.filter(([, why]) => why !== undefined))),
    )
  }, [])
  return lacking
}
