import type { Message, Part } from '../part.ts'
import { launchChromium } from './chromium.ts'
import type { Host } from './host.ts'
import { servePage } from './page-server.ts'

/** A page of Chromium, in a browser and with a server of its own. */
export async function openPage(executable: string, options: { readonly isolated: boolean }): Promise<Host> {
  const server = await servePage(options)
  const browser = await launchChromium(executable).catch(async (error) => {
    await server.close()
    throw error
  })
  const close = async () => {
    await browser.close()
    await server.close()
  }
  const page = await browser.newPage()
  let lastWords = ''
  page.on('pageerror', (error) => {
    lastWords = String(error)
  })
  return {
    run: (part: Part, onMessage) =>
      new Promise<void>((resolve, reject) => {
        const gone = (what: string) => reject(new Error(`${what}${lastWords && `: ${lastWords}`}`))
        page.on('crash', () => gone('the page crashed'))
        page.on('close', () => gone('the page was closed'))
        browser.on('disconnected', () => gone('the browser ended'))
        const receive = (_: unknown, message: Message) => {
          onMessage(message)
          if (message.type === 'end') resolve()
          if (message.type === 'stopped') reject(new Error(message.problem))
        }
        const start = async () => {
          await page.exposeBinding('hostReceives', receive)
          await page.goto(server.url, { waitUntil: 'load' })
          await page.evaluate((wanted) => window.runInPage(wanted), part)
        }
        start().catch(reject)
      }),
    close,
  }
}
