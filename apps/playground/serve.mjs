// Serves the built playground on this machine, cross-origin isolated, so that backends may use threads.
//
//   npm run playground            in the root of the repository: installs, builds, and runs this
//   npm run playground -- 8080    on another port
import { fileURLToPath } from 'node:url'
import { preview } from 'vite'

const port = Number(process.argv[2] ?? 4173)
const server = await preview({
  root: fileURLToPath(new URL('.', import.meta.url)),
  preview: {
    host: '127.0.0.1',
    port,
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  },
})
server.printUrls()
