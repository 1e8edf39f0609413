import { defaultClientConditions, defineConfig, type UserConfig } from 'vite'

const config: UserConfig = defineConfig({
  // ONNX Runtime's builds that load their WebAssembly by address, not from within the bundle.
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions] },
  build: { outDir: 'dist/page', target: 'es2022', chunkSizeWarningLimit: 10_000, assetsInlineLimit: 0 },
})

export default config
