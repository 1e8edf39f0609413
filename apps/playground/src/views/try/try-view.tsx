import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { EngineClient } from '../../engine/client.ts'
import type { Answer, TokenNews } from '../../engine/protocol.ts'
import { shippedOf } from '../../models.ts'
import { keepState, route } from '../../state/route.ts'
import { messages } from '../../text/messages.ts'
import { backendOf } from '../../ui/backend-select.tsx'
import { Code } from '../../ui/code.tsx'
import { Problem } from '../../ui/problem.tsx'
import { TokenList } from '../../ui/token-list.tsx'
import { decodeCode } from './code.ts'
import { Controls } from './controls.tsx'
import { decodeOptions, readDecodeState } from './decode-state.ts'
import { Hypotheses } from './hypotheses.tsx'

const longest = 200

/** Type a sentence, see the answer appear token by token. */
export function TryView(): JSX.Element {
  const { state } = route.value
  const model = shippedOf(state)
  const backend = backendOf(state)
  const decode = readDecodeState(state)
  const text = state.text ?? messages.models[model].example

  const client = useRef<EngineClient | undefined>(undefined)
  const [tokens, setTokens] = useState<readonly TokenNews[]>([])
  const [answer, setAnswer] = useState<Answer>()
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  useEffect(() => () => client.current?.end(), [])

  const write = async () => {
    setProblem(undefined)
    if (text.trim() === '') return setProblem(messages.try.empty)
    if (text.length > longest) return setProblem(messages.try.tooLong(longest))
    setBusy(true)
    setTokens([])
    setAnswer(undefined)
    try {
      client.current ??= new EngineClient()
      await client.current.openShipped(model, backend)
      const token = (news: TokenNews) => setTokens((before) => [...before, news])
      setAnswer(await client.current.generate(text, decodeOptions(decode), token))
    } catch (error) {
      client.current?.forget()
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  // The first answer comes by itself, and so does another one when the way of decoding changes.
  useEffect(() => void write(), [model, backend, JSON.stringify(decode)])

  const shown = tokens.map(({ token, logProbability }) => ({ token, probability: Math.exp(logProbability) }))
  const best = answer?.hypotheses[0]
  return (
    <section class="panel">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void write()
        }}
      >
        <Controls
          {...{ model, backend, decode, isBusy, text }}
          onText={(next) => keepState({ text: next })}
        />
      </form>
      <div>
        <h2>{messages.try.output}</h2>
        <p
          class="written"
          lang={model === 'phrases' ? 'bn' : undefined}
          aria-live="polite"
          aria-busy={isBusy}
        >
          {best?.text ?? tokens.at(-1)?.text ?? ''}
        </p>
        {shown.length > 0 && <TokenList tokens={shown} label={messages.try.output} />}
        <p>
          <small>
            {shown.length > 0 && messages.try.ofEachToken}{' '}
            {answer && best && messages.try.speed(best.logProbabilities.length, answer.totalMs)}
          </small>
        </p>
        {answer && answer.hypotheses.length > 1 && <Hypotheses hypotheses={answer.hypotheses} />}
        {problem !== undefined && <Problem error={problem} />}
        <Code text={decodeCode(model, backend, text, decodeOptions(decode))} />
      </div>
    </section>
  )
}
