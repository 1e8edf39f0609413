import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { lookCode } from '../../code/look-code.ts'
import { modelOf } from '../../models.ts'
import { keepState, route } from '../../state/route.ts'
import { messages } from '../../text/messages.ts'
import { BackendSelect, backendOf } from '../../ui/backend-select.tsx'
import { Code } from '../../ui/code.tsx'
import { fontsFor } from '../../ui/fonts.ts'
import { ModelSelect } from '../../ui/model-select.tsx'
import { Problem } from '../../ui/problem.tsx'
import { Slider } from '../../ui/slider.tsx'
import { Submit } from '../../ui/submit.tsx'
import { useEngine } from '../../ui/use-engine.ts'
import { readDecodeState } from '../try/decode-state.ts'
import { BeamTree } from './beam-tree.tsx'
import { Contents } from './contents.tsx'
import { CrossAttention } from './cross-attention.tsx'
import { DecoderSteps } from './decoder-steps.tsx'
import { Forcing } from './forcing.tsx'
import { look } from './look-state.ts'
import { Context, Embeddings, RnnEncoder, Tokens } from './source-sections.tsx'
import { TransformerStack } from './transformer-section.tsx'
import './look.css'

const words = messages.look
const [longest, mostBeams] = [60, 6]

/** Follow a sentence through a model, in the order of the lecture notes. */
export function LookView(): JSX.Element {
  const { state } = route.value
  const model = modelOf(state)
  const backend = backendOf(state)
  const beams = Math.min(mostBeams, readDecodeState({ beams: '3', ...state }).beams)
  const text = state.text ?? model.example
  const given = state.truth ?? ''
  const rule = model.truth?.(text)
  const truth = given.trim() === '' ? rule : given

  const { isBusy, problem, run, stop } = useEngine()
  const [refusal, setRefusal] = useState<string>()

  const go = () => {
    const refused =
      text.trim() === ''
        ? messages.try.empty
        : Math.max(text.length, given.length) > longest
          ? messages.try.tooLong(longest)
          : undefined
    setRefusal(refused)
    if (refused !== undefined) return
    run(async (client) => {
      await Promise.all([client.open(model.source, backend), fontsFor(model.language)])
      look.value = await client.look(text, truth, beams)
    })
  }
  useEffect(() => {
    look.value = undefined
  }, [model.key])
  useEffect(() => {
    if (text !== '') go()
  }, [model.key, backend, beams])

  const shown = look.value
  return (
    <section class="panel">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          go()
        }}
      >
        <ModelSelect value={model} />
        <label>
          {words.source}
          <input value={text} onInput={({ currentTarget }) => keepState({ text: currentTarget.value })} />
        </label>
        <label>
          {words.truth}
          <input
            value={given}
            placeholder={rule}
            onInput={({ currentTarget }) => keepState({ truth: currentTarget.value || undefined })}
          />
          <small>{given === '' && rule !== undefined ? words.truthKnown(rule) : words.truthHint}</small>
        </label>
        <Submit label={words.go} stopLabel={messages.try.stop} isBusy={isBusy} onStop={stop} />
        <Slider
          label={words.beams}
          min={1}
          max={mostBeams}
          value={beams}
          onChange={(value) => keepState({ beams: String(value) })}
        />
        <BackendSelect value={backend} onChange={(name) => keepState({ backend: name })} />
        <Code text={lookCode(model.key, backend, text, truth, beams)} />
      </form>
      <div aria-busy={isBusy}>
        {refusal !== undefined && <Problem error={refusal} />}
        {problem !== undefined && <Problem error={problem} />}
        {shown && (
          <>
            <h2 class="written">
              {shown.source} → <span lang={model.language}>{shown.free.text}</span>
            </h2>
            <Contents look={shown} />
            <p>
              <small>{messages.heat.hint}</small>
            </p>
            <Tokens look={shown} />
            <Embeddings look={shown} />
            <RnnEncoder look={shown} />
            <TransformerStack look={shown} stack="encoder" />
            <Context look={shown} />
            <CrossAttention look={shown} />
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
