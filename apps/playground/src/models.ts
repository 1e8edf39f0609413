import { type Signal, signal } from '@preact/signals'
import { inWords } from '../models/in-words.mjs'
import type { ModelSource } from './engine/model-source.ts'
import { isKept, openedModels } from './engine/own-models.ts'
import type { RunRecord } from './engine/run-record.ts'
import { savedRuns } from './engine/saved-runs.ts'
import { messages } from './text/messages.ts'

export type ShippedName = keyof typeof messages.models

/** The models that come with the page, in the order in which they are offered. */
export const shippedNames: readonly ShippedName[] = [
  'pronunciation',
  'phrases',
  'dates',
  'numbers',
  'context',
]

/** A model that a view may use. */
export interface ModelChoice {
  /** As the address has it. */
  readonly key: string
  readonly source: ModelSource
  readonly name: string
  readonly about: string
  readonly hint: string
  /** Something to start with; empty where nothing is known. */
  readonly example: string
  /** Of what it writes, where that is a language. */
  readonly language?: string
  /** The right answer, for a model of something that has a rule; undefined for a source outside it. */
  readonly truth?: (source: string) => string | undefined
}

/** Models that this browser keeps: trained here, or opened from files. */
export const ownModels: Signal<readonly ModelChoice[]> = signal([])

/** Looks at what the browser keeps. Nothing where it keeps nothing, as in some private windows. */
export async function recallModels(): Promise<void> {
  const [runs, opened] = await Promise.all([savedRuns().catch(() => []), openedModels().catch(() => [])])
  ownModels.value = [...runs.map(choiceOfRun), ...opened.map((name) => ownChoice(`models/${name}`, name))]
}

/** The name of a run: what it learns, and how. */
export function nameOfPlan({ task, architecture, backend }: RunRecord['plan']): string {
  const words = messages.train
  return `${words.tasks[task]} · ${words.architectures[architecture]} · ${backend}`
}

function choiceOfRun({ id, plan, checks, step }: RunRecord): ModelChoice {
  const choice = ownChoice(`runs/${id}`, nameOfPlan(plan))
  const example = checks.at(-1)?.samples[0]?.source ?? ''
  const about = messages.own.trained(step, id.slice(0, 10))
  return { ...choice, example, about, ...(plan.task === 'phrases' ? { language: 'bn' } : {}) }
}

function ownChoice(key: string, name: string): ModelChoice {
  return { key, source: { from: 'kept', key }, name, about: messages.own.opened, hint: '', example: '' }
}

function shippedChoice(key: ShippedName): ModelChoice {
  return {
    key,
    source: { from: 'shipped', name: key },
    ...messages.models[key],
    ...(key === 'phrases' ? { language: 'bn' } : {}),
    ...(truths[key] ? { truth: truths[key] } : {}),
  }
}

const truths: Partial<Record<ShippedName, (source: string) => string | undefined>> = {
  numbers: (source) => (/^(0|[1-9]\d{0,5})$/.test(source) ? inWords(Number(source)) : undefined),
  context: (source) => (/^\d+$/.test(source) ? [...source].reverse().join('') : undefined),
}

/** All shipped models. */
export const shipped: readonly ModelChoice[] = shippedNames.map(shippedChoice)

/** The model that the address names, or the first. */
export function modelOf({ model = '' }: Readonly<Record<string, string>>): ModelChoice {
  const known = [...shipped, ...ownModels.value].find(({ key }) => key === model)
  return known ?? (isKept(model) ? ownChoice(model, messages.own.name) : shipped[0]!)
}
