import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'

/** Bytes on the way to a view, compressed. */
export interface ViewBytes {
  /** Of everything that the page itself asks for: what a person sees before a backend starts. */
  readonly before: number
  /** Of what its workers ask for: the backend that the view starts with, and its model. */
  readonly backend: number
  readonly model: number
}

/** Opens an address on an empty cache and weighs, as gzip would, what comes in the first second. */
export async function firstView(page: Page, address: string): Promise<ViewBytes> {
  const weights = new Map<string, Promise<number>>()
  page.context().on('response', (response) => {
    if (!response.url().startsWith('http') || weights.has(response.url())) return
    const weight = response.body().then(
      (body) => gzipSync(body).length,
      () => 0,
    )
    weights.set(response.url(), weight)
  })
  await page.goto(address)
  await page.locator('main form').first().waitFor()
  await page.waitForTimeout(1_000)
  // What a page asks for itself is in its own list; what its workers ask for is in theirs.
  const own = new Set(
    await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name)),
  )
  const sizes = { before: 0, backend: 0, model: 0 }
  for (const [url, weight] of weights) {
    const isOwn = (own.has(url) || url === page.url().split('#')[0]) && !/worker-[^/]*\.js$/.test(url)
    sizes[url.includes('/models/') ? 'model' : isOwn ? 'before' : 'backend'] += await weight
  }
  return sizes
}
