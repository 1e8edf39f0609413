import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { findChromium, launchChromium } from '@dragoman/matrix/chromium'
import { bundle, bytesOf } from '../../bundle.ts'
import type { Opening } from '../open.ts'
import type { Player } from '../round.ts'

/** This library in a page of a Chromium of its own; the page is isolated, so that it has threads. */
export async function openPage({ group, threads }: Opening): Promise<Player> {
  const executable = findChromium()
  if (!executable) throw new Error('no Chromium is found\n  hint: install it, or set CHROMIUM_PATH')
  const server = await serve(await bundle(`import './src/peers/chromium/page.ts'`))
  const browser = await launchChromium(executable)
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { waitUntil: 'load' })
  const facts = await page.evaluate(([name, count]) => window.openInPage(name, count), [
    group,
    threads,
  ] as const)
  return {
    facts,
    play: (request) => page.evaluate((wanted) => window.playInPage(wanted), request),
    async close() {
      await browser.close()
      server.close()
    },
  }
}

/** Serves a bundle on loopback, with the headers that give a page SharedArrayBuffer. */
async function serve(files: Awaited<ReturnType<typeof bundle>>): Promise<Server> {
  const entry = files.find((file) => file.type === 'chunk' && file.isEntry)!
  const bodies = new Map(files.map((file) => [`/${file.fileName}`, bytesOf(file)]))
  const html = `<!doctype html><title>Benchmarks</title><link rel="icon" href="data:,"><script type="module" src="/${entry.fileName}"></script>`
  const server = createServer((request, response) => {
    const body = bodies.get(request.url ?? '')
    response.writeHead(body || request.url === '/' ? 200 : 404, {
      'Content-Type': body ? 'text/javascript' : 'text/html',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    })
    response.end(body ?? html)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
