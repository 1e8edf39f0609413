import type { JSX } from 'preact'
import type { Look } from '../../engine/protocol.ts'
import { messages } from '../../text/messages.ts'
import { shownToken } from '../../ui/shown-token.ts'
import { Section } from './section.tsx'
import { bestOf, pathOf, treeOf } from './tree-layout.ts'

const words = messages.look
const [stepX, stepY, margin] = [76, 34, 30]

/** The hypotheses of a beam search, column by column. */
export function BeamTree({ look }: { readonly look: Look }): JSX.Element {
  const nodes = treeOf(look.tree)
  const best = pathOf(nodes, bestOf(nodes))
  const width = 2 * margin + stepX * Math.max(...nodes.map(({ x }) => x))
  const height = 2 * margin + stepY * Math.max(...nodes.map(({ y }) => y))
  const at = ({ x, y }: { x: number; y: number }) => [margin + x * stepX, margin + y * stepY] as const
  return (
    <Section id="tree" title={words.sections.tree} about={words.about.tree}>
      <div class="wide">
        <svg
          class="tree"
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-label={look.best.map(({ text, score }) => `${text}: ${score.toFixed(3)}`).join('; ')}
        >
          {nodes.map((node, i) => {
            if (node.parent === undefined) return null
            const [x1, y1] = at(nodes[node.parent]!)
            const [x2, y2] = at(node)
            return <line key={i} class={best.has(i) ? 'best' : undefined} {...{ x1, y1, x2, y2 }} />
          })}
          {nodes.map((node, i) => {
            const [x, y] = at(node)
            const shown = shownToken(node.token)
            const half = Math.max(12, 5 * shown.length)
            return (
              <g key={i} class={best.has(i) ? `${node.kind} best` : node.kind}>
                <title>{`${shown} ${node.total.toFixed(3)}`}</title>
                <rect x={x - half} y={y - 12} width={2 * half} height={24} rx={6} />
                <text x={x} y={y + 4.5}>
                  {shown}
                </text>
              </g>
            )
          })}
        </svg>
      </div>
      <p>
        <small>{words.treeHint}</small>
      </p>
      <ol>
        {look.best.map(({ text, score }, i) => (
          <li key={i}>
            {text} <small>{score.toFixed(4)}</small>
          </li>
        ))}
      </ol>
    </Section>
  )
}
