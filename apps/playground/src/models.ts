import type { messages } from './text/messages.ts'

export type ShippedName = keyof typeof messages.models

/** The models that come with the page, in the order in which they are offered. */
export const shippedNames: readonly ShippedName[] = [
  'pronunciation',
  'phrases',
  'dates',
  'numbers',
  'context',
]

/** The model that the address names, or the first. */
export function shippedOf(state: Readonly<Record<string, string>>): ShippedName {
  return shippedNames.find((name) => name === state.model) ?? shippedNames[0]!
}
