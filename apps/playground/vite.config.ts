import { defaultClientConditions, defineConfig, type UserConfig } from 'vite'

// Relative paths: the build works from any folder of any host.
const config: UserConfig = defineConfig({
  base: './',
  // ONNX Runtime's builds that load their WebAssembly by address, workers included, not from within the bundle.
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions] },
  build: { outDir: 'dist', target: 'es2022', chunkSizeWarningLimit: 4_000, assetsInlineLimit: 0 },
  worker: { format: 'es' },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
})

export default config
