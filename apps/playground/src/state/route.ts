import { type Signal, signal } from '@preact/signals'

export const viewNames = ['try', 'look', 'train', 'compare'] as const
export type ViewName = (typeof viewNames)[number]

/** What the address says: the view, and its state as text. */
export interface Route {
  readonly view: ViewName
  readonly state: Readonly<Record<string, string>>
}

/** Reads `#/view?name=value…`; what it does not know is the first view without state. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const view = viewNames.find((name) => name === path) ?? 'try'
  return { view, state: Object.fromEntries(new URLSearchParams(query)) }
}

export function formatRoute({ view, state }: Route): string {
  const query = new URLSearchParams(state).toString()
  return query === '' ? `#/${view}` : `#/${view}?${query}`
}

/** The address as it is now. */
export const route: Signal<Route> = signal(parseRoute(''))

/** Follows the address bar. */
export function followAddress(): void {
  const read = () => {
    route.value = parseRoute(location.hash)
  }
  addEventListener('hashchange', read)
  read()
}

/** Goes to a view: a step in the history of the browser. */
export function goTo(view: ViewName, state: Route['state'] = {}): void {
  location.hash = formatRoute({ view, state })
}

/** Puts state of the present view into the address, so that it can be shared; no step in the history. */
export function keepState(changes: Readonly<Record<string, string | undefined>>): void {
  const { view, state } = route.value
  const next: Record<string, string> = { ...state }
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete next[name]
    else next[name] = value
  }
  route.value = { view, state: next }
  history.replaceState(null, '', formatRoute(route.value))
}
