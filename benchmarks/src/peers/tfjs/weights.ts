import * as tf from '@tensorflow/tfjs-core'
import type { PlainArray } from '../plain-array.ts'

/** Variables by the names of this library; matrices of linear and recurrent layers lie [inputs, outputs]. */
export class Weights {
  private readonly variables = new Map<string, tf.Variable>()

  constructor(values: Iterable<readonly [string, PlainArray]>) {
    for (const [name, { shape, data }] of values)
      this.variables.set(name, tf.variable(tf.tensor(data, shape), true, name))
  }

  get(name: string): tf.Variable {
    const variable = this.variables.get(name)
    if (!variable) throw new Error(`there is no weight '${name}'`)
    return variable
  }
}
