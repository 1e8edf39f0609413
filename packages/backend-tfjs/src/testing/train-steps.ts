import {
  adam,
  createModel,
  type HostArray,
  initialValue,
  type Model,
  optimizerState,
  Session,
  type SessionProgram,
  stepGraph,
} from '@dragoman/core'
import type { Backend } from '@dragoman/core/backend'

const vocabularies = { version: 1, sourceVocabularySize: 11, targetVocabularySize: 11 }

/** A GRU with attention, small enough for a thousand steps. */
export function smallRnn(): Model {
  const stack = { type: 'rnn', cell: 'gru', embeddingSize: 6, hiddenSize: 6, layers: 1 }
  const decoder = {
    ...stack,
    attention: { score: 'general' },
    output: { from: ['context', 'state'], combine: 6 },
  }
  return createModel({ ...vocabularies, encoder: stack, decoder })
}

/** Two sources and targets, of which the second is shorter. */
const batch: Record<string, HostArray> = {
  source: { kind: 'int', shape: [2, 3], data: Int32Array.of(4, 5, 6, 7, 8, 0) },
  sourceLengths: { kind: 'int', shape: [2], data: Int32Array.of(3, 2) },
  targetInput: { kind: 'int', shape: [2, 2], data: Int32Array.of(2, 9, 2, 0) },
  targetOutput: { kind: 'int', shape: [2, 2], data: Int32Array.of(9, 3, 3, 0) },
  targetLengths: { kind: 'int', shape: [2], data: Int32Array.of(2, 1) },
  randomKey: { kind: 'int', shape: [3], data: Int32Array.of(1, 0, 1) },
}

/** A model that trains on one batch. */
export class TrainSteps {
  readonly program: SessionProgram
  private readonly session: Session
  private count = 0

  private constructor(session: Session, program: SessionProgram) {
    this.session = session
    this.program = program
  }

  static async start(backend: Backend, model: Model): Promise<TrainSteps> {
    const session = new Session(backend)
    for (const parameter of model.parameters) session.set(parameter.path, initialValue(parameter, 1))
    for (const { name, shape } of optimizerState(model.parameters, adam())) {
      const data = new Float32Array(shape.reduce((product, size) => product * size, 1))
      session.set(name, { kind: 'float', shape, data })
    }
    const options = { labelSmoothing: 0, clipNorm: 1, clipValue: 0, scheduledSampling: false }
    return new TrainSteps(session, await session.compile(stepGraph(model, { optimizer: adam(), ...options })))
  }

  /** One step; returns the loss. */
  async step(): Promise<number> {
    this.count += 1
    const inputs: Record<string, HostArray> = { ...batch }
    const scalars = { ...adam().scalars(this.count, 0.01), learningRate: 0.01 }
    for (const [name, value] of Object.entries(scalars)) {
      inputs[name] = { kind: 'float', shape: [], data: Float32Array.of(value) }
    }
    const { loss, gradientNorm } = await this.program.run(inputs)
    const [value] = await loss!.read()
    loss!.dispose()
    gradientNorm!.dispose()
    return value!
  }

  end(): Promise<void> {
    return this.session.dispose()
  }
}
