import { findChromium } from '@dragoman/matrix/chromium'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest'
import { Playground } from './playground.ts'

/** The playground in the tests of one file. */
export interface Visit {
  /** What any page threw, or wrote to its console as an error. */
  readonly errors: readonly string[]
  readonly url: string
  /** A page with storage of its own, at an address; it ends with the test, with all that still trains in it. */
  page(address: string, options?: BrowserContextOptions): Promise<Page>
  /** The same before it goes anywhere. */
  blank(options?: BrowserContextOptions): Promise<Page>
}

/** Tests in the built app, with and without cross-origin isolation; skipped only where no Chromium is found. */
export function describePlayground(
  name: string,
  isolations: readonly boolean[],
  body: (visit: Visit, isolated: boolean) => void,
): void {
  for (const isolated of isolations) {
    const title = `${name}, ${isolated ? '' : 'not '}isolated`
    describe.skipIf(findChromium() === undefined)(title, () => {
      let playground: Playground
      beforeAll(async () => {
        playground = await Playground.open({ isolated })
      })
      afterAll(() => playground.close())
      const ended = (page: Page) => {
        onTestFinished(() => page.context().close())
        return page
      }
      const visit: Visit = {
        get errors() {
          return playground.errors
        },
        get url() {
          return playground.url
        },
        page: async (...given) => ended(await playground.page(...given)),
        blank: async (...given) => ended(await playground.blank(...given)),
      }
      body(visit, isolated)
    })
  }
}

/**
 * Waits for something on the page, and gives up as soon as the page says that it failed.
 *
 * @throws Error with the text of the page.
 */
export async function until(page: Page, isThere: () => Promise<boolean>, timeout = 120_000): Promise<void> {
  const end = Date.now() + timeout
  while (!(await isThere())) {
    const problem = await page.locator('.problem').first().isVisible()
    if (problem || Date.now() > end) {
      const why = problem ? 'the page says that it failed' : `nothing in ${timeout} ms`
      throw new Error(`${why}:\n${await page.locator('body').innerText()}`)
    }
    await page.waitForTimeout(100)
  }
}

/** What the view writes, when it is done. */
export async function written(page: Page): Promise<string> {
  const output = page.locator('.written')
  await until(
    page,
    async () => (await output.getAttribute('aria-busy')) === 'false' && (await output.innerText()) !== '',
  )
  return output.innerText()
}
