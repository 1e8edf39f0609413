import { fileURLToPath } from 'node:url'
import { findChromium, launchChromium } from '@dragoman/matrix/chromium'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { preview } from 'vite'

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** As strict as a host can be: scripts, styles and workers of its own, and WebAssembly. */
const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'"

/** The built playground in a browser. */
export class Playground {
  /** What any page threw, or wrote to its console as an error. */
  readonly errors: string[] = []
  private readonly browser: Browser
  readonly url: string
  private readonly closeServer: () => Promise<void>

  private constructor(browser: Browser, url: string, closeServer: () => Promise<void>) {
    this.browser = browser
    this.url = url
    this.closeServer = closeServer
  }

  /** Throws where no Chromium is found. */
  static async open({ isolated }: { readonly isolated: boolean }): Promise<Playground> {
    const executable = findChromium()
    if (!executable) throw new Error('no Chromium on the path; CHROMIUM_PATH may name one')
    const server = await preview({
      root: fileURLToPath(new URL('..', import.meta.url)),
      logLevel: 'error',
      preview: {
        host: '127.0.0.1',
        port: 0,
        headers: { 'Content-Security-Policy': policy, ...(isolated ? isolation : {}) },
      },
    })
    const browser = await launchChromium(executable)
    return new Playground(browser, server.resolvedUrls!.local[0]!, () => server.close())
  }

  /** A page of a person of its own, with storage of its own, that has gone nowhere yet. */
  async blank(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext(options)
    const page = await context.newPage()
    page.setDefaultTimeout(120_000)
    page.on('pageerror', (error) => this.errors.push(String(error.stack ?? error)))
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text())
    })
    return page
  }

  /** The same, at an address of the playground. */
  async page(address: string, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.blank(options)
    await page.goto(this.url + address)
    return page
  }

  async close(): Promise<void> {
    await this.browser.close()
    await this.closeServer()
  }
}
