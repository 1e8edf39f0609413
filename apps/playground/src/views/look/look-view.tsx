import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { EngineClient } from '../../engine/client.ts'
import { shippedOf } from '../../models.ts'
import { keepState, route } from '../../state/route.ts'
import { messages } from '../../text/messages.ts'
import { BackendSelect, backendOf } from '../../ui/backend-select.tsx'
import { Code } from '../../ui/code.tsx'
import { ModelSelect } from '../../ui/model-select.tsx'
import { Problem } from '../../ui/problem.tsx'
import { Slider } from '../../ui/slider.tsx'
import { backendCode } from '../try/code.ts'
import { readDecodeState } from '../try/decode-state.ts'
import { BeamTree } from './beam-tree.tsx'
import { DecoderSteps, Forcing } from './decoder-sections.tsx'
import { look } from './look-state.ts'
import { Embeddings, RnnEncoder, Tokens } from './source-sections.tsx'
import { TransformerStack } from './transformer-section.tsx'

const words = messages.look
const longest = 60

/** Follow a sentence through a model, in the order of the lecture notes. */
export function LookView(): JSX.Element {
  const { state } = route.value
  const model = shippedOf(state)
  const backend = backendOf(state)
  const { beams } = readDecodeState({ beams: '3', ...state })
  const text = state.text ?? messages.models[model].example
  const truth = state.truth ?? ''
  const client = useRef<EngineClient | undefined>(undefined)
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  useEffect(() => () => client.current?.end(), [])

  const go = async () => {
    setProblem(undefined)
    if (text.trim() === '') return setProblem(messages.try.empty)
    if (Math.max(text.length, truth.length) > longest) return setProblem(messages.try.tooLong(longest))
    setBusy(true)
    try {
      client.current ??= new EngineClient()
      await client.current.openShipped(model, backend)
      look.value = await client.current.remote.look(text, truth === '' ? undefined : truth, beams)
    } catch (error) {
      client.current?.forget()
      look.value = undefined
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  useEffect(() => void go(), [model, backend, beams])

  const shown = look.value
  return (
    <section class="panel">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void go()
        }}
      >
        <ModelSelect value={model} />
        <label>
          {words.source}
          <input value={text} onInput={({ currentTarget }) => keepState({ text: currentTarget.value })} />
        </label>
        <label>
          {words.truth}
          <input value={truth} onInput={({ currentTarget }) => keepState({ truth: currentTarget.value })} />
          <small>{words.truthHint}</small>
        </label>
        <Slider
          label={words.beams}
          min={1}
          max={6}
          value={Math.min(6, beams)}
          onChange={(value) => keepState({ beams: String(value) })}
        />
        <button type="submit" aria-busy={isBusy}>
          {words.go}
        </button>
        <BackendSelect value={backend} onChange={(name) => keepState({ backend: name })} />
        <Code text={lookCode(model, backendCode(backend), text, beams)} />
      </form>
      <div aria-busy={isBusy}>
        {problem !== undefined && <Problem error={problem} />}
        {shown && (
          <>
            <p class="written">
              {shown.source} → <span lang={model === 'phrases' ? 'bn' : undefined}>{shown.free.text}</span>
            </p>
            <Tokens look={shown} />
            <Embeddings look={shown} />
            <RnnEncoder look={shown} />
            <TransformerStack look={shown} stack="encoder" />
            <DecoderSteps look={shown} />
            <TransformerStack look={shown} stack="decoder" />
            <Forcing look={shown} />
            <BeamTree look={shown} />
          </>
        )}
      </div>
    </section>
  )
}

function lookCode(model: string, backend: string, source: string, beams: number): string {
  const search = beams > 1 ? `beams: ${beams}, ` : ''
  return `import { generate, inspect, loadModel } from '@dragoman/core'
import { diskStore } from '@dragoman/cli'
${backend}

const model = await loadModel(diskStore('models/${model}'), backend)
const source = ${JSON.stringify(source)}
const [result] = await generate(model, source, {
  ${search}onStep: ({ step, kept }) => console.log(step, kept.map(({ tokens }) => tokens.join(' '))),
})
const { values } = await inspect(model, { source, target: result.text })
for (const [name, { shape }] of values) console.log(name, shape)
`
}
