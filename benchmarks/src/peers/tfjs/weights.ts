import type { HostArray } from '@dragoman/core'
import * as tf from '@tensorflow/tfjs-core'
import { inputsFirst } from '../by-hand.ts'

/** Variables by the names of this library; matrices of linear and recurrent layers lie [inputs, outputs]. */
export class Weights {
  private readonly variables = new Map<string, tf.Variable>()

  /** @param values as this library stores them: linear layers [outputs, inputs], as in PyTorch. */
  constructor(values: ReadonlyMap<string, HostArray>) {
    for (const [name, value] of values) {
      const { shape, data } = inputsFirst(name, value)
      this.variables.set(name, tf.variable(tf.tensor(data, shape), true, name))
    }
  }

  get(name: string): tf.Variable {
    const variable = this.variables.get(name)
    if (!variable) throw new Error(`there is no weight '${name}'`)
    return variable
  }
}
