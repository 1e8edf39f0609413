import { defineConfig, type UserConfig } from 'tsdown'

const config: UserConfig = defineConfig({
  entry: { run: 'src/run.ts', serve: 'src/peers/serve.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  dts: false,
  // Files of tfjs-core beside its main one are ES modules that Node takes for CommonJS.
  noExternal: [/^@tensorflow.tfjs-core.dist/],
})

export default config
