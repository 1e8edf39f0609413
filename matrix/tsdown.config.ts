import { defineConfig, type UserConfig } from 'tsdown'

const config: UserConfig = defineConfig({
  entry: ['src/run.ts', 'src/node-child.ts'],
  format: 'esm',
  platform: 'node',
  target: 'node20',
  dts: false,
})

export default config
