import type { JSX } from 'preact'
import type { Look } from '../../engine/protocol.ts'
import { messages } from '../../text/messages.ts'
import { layersOf, matrixOf } from './look-state.ts'

const words = messages.look

/** The steps of the way through a model; each leads there. */
export function Contents({ look }: { readonly look: Look }): JSX.Element {
  const { sections } = words
  const isTransformer = layersOf(look, 'decoder').length > 0
  const hasAttention = isTransformer || matrixOf(look, 'decoder.weights') !== undefined
  const all: readonly (readonly [string, string])[] = [
    ['tokens', sections.tokens],
    ['embeddings', sections.embeddings],
    ['encoder', sections.encoder],
    [
      'attention',
      isTransformer ? sections.crossAttention : hasAttention ? sections.attention : sections.context,
    ],
    ['decoder', sections.decoder],
    ...(isTransformer ? [['heads', words.nextHead] as const] : []),
    ['forcing', sections.forcing],
    ['tree', sections.tree],
  ]
  return (
    <nav class="contents" aria-label={words.contents}>
      <ol>
        {all.map(([id, title]) => (
          <li key={id}>
            <button type="button" class="outline small" onClick={() => show(id)}>
              {title}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  )
}

/** A link would change the address, which holds the view. */
function show(id: string): void {
  const section = document.getElementById(id)
  section?.scrollIntoView()
  section?.querySelector<HTMLElement>('h3')?.focus()
}
