import type { JSX } from 'preact'
import type { BackendName } from '../../engine/backend-names.ts'
import type { ModelChoice } from '../../models.ts'
import { keepState } from '../../state/route.ts'
import { messages } from '../../text/messages.ts'
import { BackendSelect } from '../../ui/backend-select.tsx'
import { ModelSelect } from '../../ui/model-select.tsx'
import { Slider } from '../../ui/slider.tsx'
import { Submit } from '../../ui/submit.tsx'
import { type DecodeState, writeDecodeState } from './decode-state.ts'

export interface ControlsProps {
  readonly model: ModelChoice
  readonly backend: BackendName
  readonly decode: DecodeState
  readonly text: string
  readonly isBusy: boolean
  readonly onText: (text: string) => void
  readonly onStop: () => void
}

/** On a narrow screen the output would be far below all of it. */
const isWide = matchMedia('(width >= 56rem)').matches

/** What to write, with which model, how, and on what. */
export function Controls({
  model,
  backend,
  decode,
  text,
  isBusy,
  onText,
  onStop,
}: ControlsProps): JSX.Element {
  const change = (part: Partial<DecodeState>) => keepState(writeDecodeState({ ...decode, ...part }))
  return (
    <>
      <ModelSelect value={model} />
      <label>
        {messages.try.source}
        <textarea rows={2} value={text} onInput={({ currentTarget }) => onText(currentTarget.value)} />
        <small>{model.hint}</small>
      </label>
      <Submit label={messages.try.write} stopLabel={messages.try.stop} isBusy={isBusy} onStop={onStop} />
      <details open={isWide}>
        <summary>{messages.try.how}</summary>
        <Slider
          label={messages.try.beams}
          min={1}
          max={12}
          value={decode.beams}
          disabled={decode.sample}
          onChange={(beams) => change({ beams })}
        />
        <Slider
          label={messages.try.lengthPenalty}
          min={0}
          max={3}
          step={0.1}
          value={decode.lengthPenalty}
          disabled={decode.sample || decode.beams === 1}
          onChange={(lengthPenalty) => change({ lengthPenalty })}
        />
        <label>
          <input
            type="checkbox"
            checked={decode.sample}
            onChange={({ currentTarget }) => change({ sample: currentTarget.checked })}
          />
          {messages.try.sample}
        </label>
        <Slider
          label={messages.try.temperature}
          min={0.1}
          max={3}
          step={0.1}
          value={decode.temperature}
          disabled={!decode.sample}
          onChange={(temperature) => change({ temperature })}
        />
        <Slider
          label={messages.try.seed}
          min={0}
          max={100}
          value={decode.seed}
          disabled={!decode.sample}
          onChange={(seed) => change({ seed })}
        />
      </details>
      <BackendSelect value={backend} onChange={(name) => keepState({ backend: name })} />
    </>
  )
}
