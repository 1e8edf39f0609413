import type { SessionProgram } from '../backend/session.ts'
import type { Graph } from '../graph/graph.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import type { StepVariant } from './graphs.ts'
import {
  encodeGraph,
  growGraph,
  inspectGraph,
  isStateNamed,
  scoreGraph,
  selectGraph,
  startGraph,
  stepGraph,
} from './graphs.ts'

/** The compiled graphs of one model: each is traced and compiled when it is first asked for, once. */
export class DecoderPrograms {
  private readonly seq2seq: Seq2Seq
  private readonly programs = new Map<string, Promise<SessionProgram>>()
  private readonly graphs = new Map<string, Graph>()

  constructor(seq2seq: Seq2Seq) {
    this.seq2seq = seq2seq
  }

  start(): Promise<SessionProgram> {
    return this.compiled('start', () => this.startGraph())
  }

  step(variant: StepVariant): Promise<SessionProgram> {
    return this.compiled(stepKey(variant), () => this.stepGraph(variant))
  }

  select(): Promise<SessionProgram> {
    return this.compiled('select', () => selectGraph(this.startGraph()))
  }

  /** Only of a decoder with caches. */
  grow(): Promise<SessionProgram> {
    return this.compiled('grow', () => growGraph(this.seq2seq.model))
  }

  encode(): Promise<SessionProgram> {
    return this.compiled('encode', () => encodeGraph(this.seq2seq.model))
  }

  score(): Promise<SessionProgram> {
    return this.compiled('score', () => scoreGraph(this.seq2seq.model))
  }

  inspect(): Promise<SessionProgram> {
    return this.compiled('inspect', () => inspectGraph(this.seq2seq.model))
  }

  /** Whether the decoder has caches, so that its state must grow with the target. */
  get hasCaches(): boolean {
    return this.seq2seq.model.decoder.caches.length > 0
  }

  /** Whether a port of the state is a cache. */
  isCache(port: string): boolean {
    return this.seq2seq.model.decoder.caches.some(({ name }) => isStateNamed(port, name))
  }

  /** Whether a step of this decoder has attention weights. */
  hasAttention(): boolean {
    return this.stepGraph({ reorder: false, attention: 'weights' }).outputs.some(
      ({ name }) => name === 'weights',
    )
  }

  /** The names of the outputs of a step that tell where a layer looked at the source, not at the target. */
  sourceLayers(): ReadonlySet<string> {
    const { outputs, values } = this.stepGraph({ reorder: false, attention: 'all' })
    const atSource = outputs.filter(({ value }) => values[value]!.shape.at(-1) === 'source')
    return new Set(atSource.map(({ name }) => name))
  }

  private startGraph(): Graph {
    return this.traced('start', () => startGraph(this.seq2seq.model))
  }

  private stepGraph(variant: StepVariant): Graph {
    return this.traced(stepKey(variant), () => stepGraph(this.seq2seq.model, this.startGraph(), variant))
  }

  /** The weights stay as they are from one search to the next, more often than not. */
  private compile(graph: Graph): Promise<SessionProgram> {
    const inputs = new Set(graph.inputs.map(({ name }) => name))
    const weights = this.seq2seq.model.parameters.map(({ path }) => path).filter((path) => inputs.has(path))
    return this.seq2seq.session.compile(graph, { constants: weights })
  }

  private traced(key: string, graph: () => Graph): Graph {
    let known = this.graphs.get(key)
    if (!known) {
      known = graph()
      this.graphs.set(key, known)
    }
    return known
  }

  private compiled(key: string, graph: () => Graph): Promise<SessionProgram> {
    let program = this.programs.get(key)
    if (!program) {
      program = this.compile(graph())
      this.programs.set(key, program)
      program.catch(() => this.programs.delete(key))
    }
    return program
  }
}

function stepKey({ reorder, attention }: StepVariant): string {
  return `step ${reorder ? 'reorder' : 'keep'} ${attention}`
}

const known = new WeakMap<Seq2Seq, DecoderPrograms>()

/** The programs of a model, kept for as long as the model is. */
export function programsOf(seq2seq: Seq2Seq): DecoderPrograms {
  let programs = known.get(seq2seq)
  if (!programs) {
    programs = new DecoderPrograms(seq2seq)
    known.set(seq2seq, programs)
  }
  return programs
}
