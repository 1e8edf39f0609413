import type { Locator, Page } from 'playwright-core'
import { until } from './support.ts'

/** The card of the newest run. */
export function newest(page: Page): Locator {
  return page.locator('article.run').first()
}

/** Presses Train, and waits until the newest run is done. */
export async function train(page: Page, timeout = 240_000): Promise<void> {
  await page.getByRole('button', { name: 'Train', exact: true }).click()
  await done(page, 1, timeout)
}

/** Waits until so many runs are done; throws with the text of the page as soon as one is not going to be. */
export async function done(page: Page, count = 1, timeout = 240_000): Promise<void> {
  await until(page, async () => (await page.getByText(/^done ·/).count()) >= count, timeout)
}

/** The share of held-out pairs that the newest run has right, in percent. */
export async function accuracy(page: Page): Promise<number> {
  return Number(/ (\d+) %/.exec(await newest(page).innerText())![1])
}

/** The last loss of the first line in the plot. */
export async function lastLoss(page: Page): Promise<number> {
  const label = await page.locator('.line-plot').first().getAttribute('aria-label')
  return Number(/: ([\d.]+)/.exec(label!.replace(/^[^.]*\./, ''))![1])
}
