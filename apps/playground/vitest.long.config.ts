import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** What takes minutes: `npm run test:long`. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['tests/long/*.test.ts'],
    testTimeout: 1_300_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
})

export default config
