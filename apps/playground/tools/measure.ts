import type { Page } from 'playwright-core'
import { type ShippedName, shippedNames } from '../src/models.ts'
import { firstView } from '../tests/first-view.ts'
import { Playground } from '../tests/playground.ts'
import { done } from '../tests/runs.ts'

/** Bytes before the first view, times to the first token, and frames while a model trains; all from cold pages. */
export async function main(): Promise<void> {
  for (const isolated of [false, true]) {
    const playground = await Playground.open({ isolated })
    try {
      console.log(isolated ? 'cross-origin isolated' : 'not isolated')
      await bytes(playground)
      await firstTokens(playground)
      await frames(playground)
    } finally {
      await playground.close()
    }
  }
}

async function bytes(playground: Playground): Promise<void> {
  for (const view of ['try', 'train', 'compare']) {
    const page = await playground.blank()
    const { before, backend, model } = await firstView(page, `${playground.url}#/${view}`)
    const kilobytes = (value: number) => `${(value / 1000).toFixed(0)} kB`
    console.log(
      `  ${view}: ${kilobytes(before)} compressed before a backend; then ${kilobytes(backend)} of backend, ${kilobytes(model)} of model`,
    )
    await page.context().close()
  }
}

/** From the click on an address to the first token on the page; the median of five empty caches. */
async function firstTokens(playground: Playground): Promise<void> {
  for (const model of shippedNames) {
    const times: number[] = []
    for (let round = 0; round < 5; round++) times.push(await firstToken(playground, model))
    const [least, , median] = times.sort((a, b) => a - b)
    console.log(`  ${model}: first token after ${median!.toFixed(0)} ms (least ${least!.toFixed(0)})`)
  }
}

async function firstToken(playground: Playground, model: ShippedName): Promise<number> {
  const page = await playground.blank()
  await page.addInitScript(() => {
    new MutationObserver(() => {
      if (document.querySelector('.tokens li')) performance.measure('first token')
    }).observe(document, { childList: true, subtree: true })
  })
  await page.goto(`${playground.url}#/try?model=${model}`)
  await page.locator('.tokens li').first().waitFor()
  const ms = await page.evaluate(() => performance.getEntriesByName('first token')[0]!.duration)
  await page.context().close()
  return ms
}

/** Gaps between frames with nothing at work, and while a model trains on cpu. */
async function frames(playground: Playground): Promise<void> {
  const page = await playground.page('#/train?task=reverse&steps=300')
  const start = page.getByRole('button', { name: 'Train', exact: true })
  await start.waitFor()
  await page.waitForTimeout(1_000)
  console.log(`  frames at rest: ${await framesOf(page, () => page.waitForTimeout(5_000))}`)
  await start.click()
  await page.getByText('tokens/s').waitFor()
  console.log(`  frames while a model trains: ${await framesOf(page, () => done(page, 1, 120_000))}`)
  await page.context().close()
}

/** The gaps between frames while something goes on, and how busy the page's own thread is meanwhile. */
async function framesOf(page: Page, meanwhile: () => Promise<void>): Promise<string> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const busyMs = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration')!.value
  }
  await page.evaluate(() => {
    const gaps: number[] = []
    Object.assign(globalThis, { gaps })
    let last = performance.now()
    const next = (now: number) => {
      gaps.push(now - last)
      last = now
      if ((globalThis as { gaps?: number[] }).gaps === gaps) requestAnimationFrame(next)
    }
    requestAnimationFrame(next)
  })
  const [busy, startedAt] = [await busyMs(), performance.now()]
  await meanwhile()
  const share = (await busyMs()) - busy
  const wall = performance.now() - startedAt
  const gaps = await page.evaluate(() => (globalThis as unknown as { gaps: number[] }).gaps.slice(2))
  const sorted = gaps.sort((a, b) => a - b)
  const percent = (part: number, of: number) => `${((100 * part) / of).toFixed(1)} %`
  const late = percent(gaps.filter((ms) => ms > 25).length, gaps.length)
  const median = sorted[Math.floor(sorted.length / 2)]!.toFixed(1)
  const longest = sorted.at(-1)!.toFixed(0)
  return `${gaps.length}, median gap ${median} ms, ${late} over 25 ms, longest ${longest} ms; the page's thread is busy ${percent(share, wall)} of the time`
}
