import { defineConfig, type ViteUserConfig } from 'vitest/config'

// What takes long: `npm run strangers` in the root.
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['strangers/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    reporters: ['default', 'json'],
    outputFile: { json: 'reports/strangers.json' },
  },
})

export default config
