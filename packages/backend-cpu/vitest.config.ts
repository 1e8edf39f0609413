import { defineConfig, type ViteUserConfig } from 'vitest/config'

const all = '{src,test}/**/*.test.ts'

/** The whole suite on the kernels with plain SIMD, and once more on those with relaxed SIMD. */
const config: ViteUserConfig = defineConfig({
  test: {
    reporters: ['default', 'json'],
    outputFile: { json: 'reports/tests.json' },
    projects: [
      {
        extends: true,
        test: {
          name: 'simd',
          include: [all],
          env: { KERNELS: 'simd' },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'relaxed',
          include: [all],
          env: { KERNELS: 'relaxed' },
          setupFiles: ['src/testing/relaxed-simd.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})

export default config
