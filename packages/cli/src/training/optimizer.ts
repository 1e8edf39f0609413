import { adafactor, adam, adamw, type Optimizer, sgd } from '@dragoman/core'
import type { OptimizerConfig } from './training-config.ts'

/** The optimizer that a configuration describes. */
export function createOptimizer(config: OptimizerConfig): Optimizer {
  // The type is no option of any of them.
  const { type, ...options } = config
  switch (type) {
    case 'adam':
      return adam(options)
    case 'adamw':
      return adamw(options)
    case 'sgd':
      return sgd(options)
    case 'adafactor':
      return adafactor(options)
  }
}
