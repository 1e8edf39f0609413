import { defineConfig, type UserConfig } from 'tsdown'

const shared = { format: 'esm', platform: 'node', target: 'node20', dts: false } as const

// Files of tfjs-core beside its main one are ES modules that Node takes for CommonJS.
const esmInDisguise = /^@tensorflow.tfjs-core.dist/
// The matrix exports a source.
const sources = /^@dragoman.matrix/

const config: UserConfig = defineConfig([
  {
    ...shared,
    entry: {
      run: 'src/run.ts',
      serve: 'src/peers/serve.ts',
      grow: 'src/growth/grow.ts',
      'start-up-dragoman': 'src/start-up/dragoman.ts',
    },
    noExternal: [esmInDisguise, sources],
  },
  // One bundle each, without chunks of others.
  ...['tfjs', 'onnx', 'jax-js', 'empty'].map((side) => ({
    ...shared,
    entry: { [`start-up-${side}`]: `src/start-up/${side}.ts` },
    clean: false,
    noExternal: [esmInDisguise, sources],
  })),
])

export default config
