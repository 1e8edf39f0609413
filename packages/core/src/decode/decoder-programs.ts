import type { SessionProgram } from '../backend/session.ts'
import type { Graph } from '../graph/graph.ts'
import type { Seq2Seq } from '../models/seq2seq.ts'
import type { StepVariant } from './graphs.ts'
import { encodeGraph, scoreGraph, selectGraph, startGraph, stepGraph } from './graphs.ts'

/** The compiled graphs of one model: each is traced and compiled when it is first asked for, once. */
export class DecoderPrograms {
  private readonly seq2seq: Seq2Seq
  private readonly programs = new Map<string, Promise<SessionProgram>>()
  private tracedStart: Graph | undefined

  constructor(seq2seq: Seq2Seq) {
    this.seq2seq = seq2seq
  }

  start(): Promise<SessionProgram> {
    return this.compiled('start', () => this.startGraph())
  }

  step(variant: StepVariant): Promise<SessionProgram> {
    return this.compiled(`step ${variant.reorder} ${variant.attention}`, () => this.stepGraph(variant))
  }

  select(): Promise<SessionProgram> {
    return this.compiled('select', () => selectGraph(this.startGraph()))
  }

  encode(): Promise<SessionProgram> {
    return this.compiled('encode', () => encodeGraph(this.seq2seq.model))
  }

  score(): Promise<SessionProgram> {
    return this.compiled('score', () => scoreGraph(this.seq2seq.model))
  }

  /** Whether a step of this decoder has attention weights. */
  hasAttention(): boolean {
    return this.stepGraph({ reorder: false, attention: true }).outputs.some(({ name }) => name === 'weights')
  }

  private startGraph(): Graph {
    this.tracedStart ??= startGraph(this.seq2seq.model)
    return this.tracedStart
  }

  private stepGraph(variant: StepVariant): Graph {
    return stepGraph(this.seq2seq.model, this.startGraph(), variant)
  }

  private compiled(key: string, graph: () => Graph): Promise<SessionProgram> {
    let program = this.programs.get(key)
    if (!program) {
      program = this.seq2seq.session.compile(graph())
      this.programs.set(key, program)
      program.catch(() => this.programs.delete(key))
    }
    return program
  }
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
