import type { Graph } from '@dragoman/core'
import { compositeNames, lower } from '@dragoman/core'
import type { ConformanceCase } from '../case.ts'
import { strangeAttentionCases } from '../gradients/attention.ts'
import { strangeLossCases } from '../gradients/composites.ts'
import { traceCase } from '../gradients/gradient-case.ts'
import { gradientCases } from '../gradients/index.ts'
import { strangeNormCases } from '../gradients/norms.ts'
import { law, lawTolerances } from './law.ts'
import { unroll } from './unroll.ts'

function hasComposite(graph: Graph): boolean {
  return graph.nodes.some(
    (node) =>
      compositeNames.some((name) => name === node.op) ||
      (node.op === 'scan' && hasComposite(node.attributes.body)),
  )
}

/** Composites that a backend takes whole give what their bodies of primitives give on it. */
export function fusedLaws(): ConformanceCase[] {
  return [...gradientCases, ...strangeNormCases, ...strangeAttentionCases, ...strangeLossCases]
    .filter((each) => hasComposite(traceCase(each).gradient))
    .map((each) =>
      law(
        `fused = body: ${each.op} ${each.name}`,
        async (context) => {
          const { gradient, inputs } = traceCase(each)
          const body = lower(gradient, new Set()).graph
          context.expectClose(
            await context.run(gradient, inputs),
            await context.run(body, inputs),
            lawTolerances,
          )
        },
        { level: 'composites', ops: [each.op] },
      ),
    )
}

/** A loop gives what its steps written one after another give, gradients included. */
export function unrolledLaws(): ConformanceCase[] {
  return gradientCases
    .filter(({ op, inputs }) => op === 'scan' && Object.values(inputs).every((input) => !('dims' in input)))
    .map((each) =>
      law(`scan = unrolled: ${each.name}`, async (context) => {
        const { gradient, inputs } = traceCase(each)
        const steps = unroll(lower(gradient, new Set()).graph)
        context.expectClose(
          await context.run(gradient, inputs),
          await context.run(steps, inputs),
          lawTolerances,
        )
      }),
    )
}
