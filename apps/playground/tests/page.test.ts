import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from 'vitest'
import { firstView } from './first-view.ts'
import { done, train } from './runs.ts'
import { describePlayground, until, written } from './support.ts'

/** Each view with something in it. */
const views = {
  try: '#/try?model=phrases&beams=3&text=I+love+🙂',
  look: '#/look?model=phrases',
  train: '#/train?task=own&steps=20',
  compare: '#/compare?model=numbers&on=cpu',
} as const

describePlayground('the page', [false], (visit) => {
  test.each(['light', 'dark'] as const)('%s: axe finds nothing, and nothing is too wide', async (scheme) => {
    const page = await visit.blank({ colorScheme: scheme, viewport: { width: 1280, height: 800 } })
    for (const [view, at] of Object.entries(views)) {
      await page.goto(visit.url + at)
      if (view === 'try') await written(page)
      if (view === 'look') await page.locator('.tree').waitFor()
      if (view === 'train') {
        const pairs = Array.from({ length: 20 }, (_, i) => `${i}\tn${i}`).join('\n')
        await page.getByLabel('Pairs, one a line').fill(pairs)
        await train(page)
      }
      if (view === 'compare') {
        await page.getByRole('button', { name: 'Compare', exact: true }).click()
        await until(page, async () => (await page.locator('table.compare meter').count()) === 1)
      }
      for (const summary of await page.locator('summary').all()) await summary.click()
      const { violations } = await new AxeBuilder({ page }).analyze()
      const found = violations.map(({ id, impact, nodes }) => ({ id, impact, at: nodes[0]?.target }))
      const serious = found.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      expect(serious, view).toEqual([])
      for (const width of [1280, 360]) {
        await page.setViewportSize({ width, height: 800 })
        const wide = await page.evaluate(() => document.documentElement.scrollWidth)
        expect(wide, `${view} at ${width}`).toBeLessThanOrEqual(width)
      }
      await page.setViewportSize({ width: 1280, height: 800 })
    }
    expect(visit.errors).toEqual([])
  })

  test('the first view weighs less than 300 kB before a backend is chosen', async () => {
    for (const view of ['try', 'train', 'compare']) {
      const { before } = await firstView(await visit.blank(), `${visit.url}#/${view}`)
      expect(before, view).toBeGreaterThan(10_000)
      expect(before, view).toBeLessThan(300_000)
    }
  })

  test('the keyboard reaches the views, and what is in them', async () => {
    const page = await visit.page('#/train')
    await page.getByRole('button', { name: 'Train', exact: true }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    // Over the navigation: the next stop is in the view.
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(true)
    await page.getByRole('link', { name: 'Compare' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Compare', exact: true }).waitFor()
    expect(page.url()).toContain('#/compare')
    await until(page, async () => (await page.title()) === 'Compare · Dragoman playground')
  })

  test('the page stays usable while a model trains', async () => {
    const page = await visit.page('#/train?steps=120')
    await page.getByRole('button', { name: 'Train', exact: true }).click()
    await until(page, async () => /tokens\/s/.test(await page.locator('article.run').innerText()))
    await page.getByRole('link', { name: 'Try' }).click()
    await page.getByLabel('Model').selectOption('numbers')
    await page.getByLabel('Input').fill('20')
    await page.getByRole('button', { name: 'Write' }).click()
    await page.locator('.written', { hasText: /^twenty$/ }).waitFor()
    await page.getByRole('link', { name: 'Train' }).click()
    await done(page)
  })
})
