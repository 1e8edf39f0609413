import { fileURLToPath } from 'node:url'
import { preview } from 'vite'
import { packageFolder } from '../paths.ts'

/** A server of the built page, on loopback. */
export interface PageServer {
  readonly url: string
  close(): Promise<void>
}

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** Serves `dist/page`; isolated: with the headers that give the page SharedArrayBuffer. */
export async function servePage({ isolated }: { readonly isolated: boolean }): Promise<PageServer> {
  const server = await preview({
    root: fileURLToPath(packageFolder),
    logLevel: 'error',
    preview: { host: '127.0.0.1', port: 0, headers: isolated ? isolation : {} },
  })
  const url = server.resolvedUrls?.local[0]
  if (!url) throw new Error('the server of the page has no address')
  return { url, close: () => server.close() }
}
