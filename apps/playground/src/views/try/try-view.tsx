import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { decodeCode } from '../../code/decode-code.ts'
import type { Answer, ModelFacts, TokenNews } from '../../engine/protocol.ts'
import { modelOf } from '../../models.ts'
import { keepState, route } from '../../state/route.ts'
import { messages } from '../../text/messages.ts'
import { backendOf } from '../../ui/backend-select.tsx'
import { Code } from '../../ui/code.tsx'
import { fontsFor } from '../../ui/fonts.ts'
import { Problem } from '../../ui/problem.tsx'
import { useEngine } from '../../ui/use-engine.ts'
import { Controls } from './controls.tsx'
import { decodeOptions, readDecodeState } from './decode-state.ts'
import { Output } from './output.tsx'

const words = messages.try
const longest = 200

/** Type a sentence, see the answer appear token by token. */
export function TryView(): JSX.Element {
  const { state } = route.value
  const model = modelOf(state)
  const backend = backendOf(state)
  const decode = readDecodeState(state)
  const options = decodeOptions(decode)
  const text = state.text ?? model.example

  const { isBusy, problem, run, stop } = useEngine()
  const [refusal, setRefusal] = useState<string>()
  const [status, setStatus] = useState('')
  const [facts, setFacts] = useState<ModelFacts>()
  const [tokens, setTokens] = useState<readonly TokenNews[]>([])
  const [answer, setAnswer] = useState<Answer>()

  const write = () => {
    const refused = refusalOf(text)
    setRefusal(refused)
    if (refused !== undefined) return
    run(async (client) => {
      setTokens([])
      setAnswer(undefined)
      setStatus(words.opening(messages.backends[backend]))
      const [opened] = await Promise.all([client.open(model.source, backend), fontsFor(model.language)])
      setFacts(opened)
      setStatus(words.writing)
      const hear = (news: TokenNews) => setTokens((before) => [...before, news])
      setAnswer(await client.generate(text, options, hear))
    })
  }
  useEffect(() => {
    setTokens([])
    setAnswer(undefined)
    setStatus('')
  }, [model.key])
  // The first answer comes by itself, and so does another one when the way of decoding changes.
  useEffect(() => {
    if (text !== '') write()
  }, [model.key, backend, JSON.stringify(decode)])

  return (
    <section class="panel">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          write()
        }}
      >
        <Controls
          {...{ model, backend, decode, isBusy, text }}
          onText={(next) => keepState({ text: next })}
          onStop={() => {
            stop()
            setStatus(words.stopped)
          }}
        />
      </form>
      <div>
        <h2>{words.output}</h2>
        <Output {...{ model, isBusy, status, tokens, answer, facts }} />
        {refusal !== undefined && <Problem error={refusal} />}
        {problem !== undefined && <Problem error={problem} />}
        <Code text={decodeCode(model.key, backend, text, options)} />
      </div>
    </section>
  )
}

/** Why a text is not written for, in a sentence that says what to do; undefined where it is. */
function refusalOf(text: string): string | undefined {
  if (text.trim() === '') return words.empty
  return text.length > longest ? words.tooLong(longest) : undefined
}
