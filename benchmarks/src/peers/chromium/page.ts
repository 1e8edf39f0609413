// This library in a page. The host calls `openInPage` once, and `playInPage` for each round.
import { cpu } from '@dragoman/backend-cpu'
import type { Group } from '../../workloads/names.ts'
import { decodeOn } from '../dragoman/decode.ts'
import { multiplyOn } from '../dragoman/multiply.ts'
import { trainOn } from '../dragoman/train.ts'
import type { Entrant } from '../entrant.ts'
import { playRound, type RoundAnswer, type RoundRequest } from '../round.ts'

declare global {
  interface Window {
    openInPage(group: Group, threads: number): Promise<Entrant['facts']>
    playInPage(request: RoundRequest): Promise<RoundAnswer>
  }
}

let entrant: Entrant

window.openInPage = async (group, threads) => {
  const backend = await cpu({ threads })
  if (group === 'gemm') entrant = await multiplyOn(backend)
  else if (group === 'DS' || group === 'DM') entrant = decodeOn(backend, group)
  else entrant = await trainOn(backend, group)
  return entrant.facts
}

window.playInPage = (request) => playRound(entrant.tasks[request.workload]!, request)
