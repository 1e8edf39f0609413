import type { JSX } from 'preact'
import { lazy, Suspense } from 'preact/compat'
import { useEffect } from 'preact/hooks'
import { formatRoute, route, type ViewName, viewNames } from './state/route.ts'
import { messages } from './text/messages.ts'
import { Share } from './ui/share.tsx'

/** The views, each loaded when it is first opened. */
const views: Readonly<Record<ViewName, () => JSX.Element>> = {
  try: lazy(async () => (await import('./views/try/try-view.tsx')).TryView),
  look: lazy(async () => (await import('./views/look/look-view.tsx')).LookView),
  train: lazy(async () => (await import('./views/train/train-view.tsx')).TrainView),
  compare: lazy(async () => (await import('./views/compare/compare-view.tsx')).CompareView),
}

/** The frame around the views: title, navigation, and what this page can do. */
export function App(): JSX.Element {
  const { view, state } = route.value
  const View = views[view]
  useEffect(() => {
    document.title = `${messages.views[view]} · ${messages.title}`
  }, [view])
  return (
    <>
      <button type="button" class="skip" onClick={toContent}>
        {messages.toContent}
      </button>
      <header class="container-fluid top">
        <hgroup>
          <h1>{messages.title}</h1>
          <p>{messages.tagline}</p>
        </hgroup>
        <nav aria-label={messages.title}>
          <ul>
            {viewNames.map((name) => (
              <li key={name}>
                <a
                  href={formatRoute({ view: name, state: shared(state) })}
                  aria-current={name === view ? 'page' : undefined}
                >
                  {messages.views[name]}
                </a>
              </li>
            ))}
            <li>
              <Share />
            </li>
          </ul>
        </nav>
      </header>
      <main id="content" class="container-fluid" tabIndex={-1}>
        <Suspense fallback={<p aria-busy="true">{messages.loading}</p>}>
          <View />
        </Suspense>
      </main>
      <footer class="container-fluid">
        <small>{self.crossOriginIsolated ? messages.isolated : messages.notIsolated}</small>
      </footer>
    </>
  )
}

/** Over the navigation, by keyboard; a link to a place in the page would change the address, which holds the view. */
function toContent(): void {
  document.getElementById('content')?.focus()
}

/** What goes along from one view to another. */
function shared({ model, backend, text }: Readonly<Record<string, string>>): Record<string, string> {
  return { ...(model ? { model } : {}), ...(backend ? { backend } : {}), ...(text ? { text } : {}) }
}
