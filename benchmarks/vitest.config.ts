import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  test: {
    benchmark: { include: ['*/*.bench.ts'] },
    fileParallelism: false,
  },
})

export default config
