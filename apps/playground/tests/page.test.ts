import { gzipSync } from 'node:zlib'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from 'vitest'
import { describePlayground } from './support.ts'

const views = ['try', 'look', 'train', 'compare']

describePlayground('the page', [false], (playground) => {
  const looks = views.flatMap((view) => (['light', 'dark'] as const).map((scheme) => [view, scheme] as const))
  test.each(looks)('%s, %s: axe finds nothing', async (view, scheme) => {
    const page = await playground().page(`#/${view}?model=numbers`, { colorScheme: scheme })
    await page.locator('h2, h3').first().waitFor()
    if (view === 'look') await page.locator('.tree').waitFor()
    const { violations } = await new AxeBuilder({ page }).analyze()
    const found = violations.map(({ id, impact, nodes }) => ({ id, impact, at: nodes[0]?.target }))
    expect(found.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([])
  })

  test.each([360, 1280])('no view is wider than a window of %d pixels', async (width) => {
    for (const view of views) {
      const page = await playground().page(`#/${view}?model=numbers`, {
        viewport: { width, height: 800 },
      })
      await page.locator('h2, h3').first().waitFor()
      const wide = await page.evaluate(() => document.documentElement.scrollWidth)
      expect(wide, view).toBeLessThanOrEqual(width)
    }
  })

  test('the first view weighs less than 300 kB before a backend is chosen', async () => {
    const page = await playground().blank()
    const sizes = new Map<string, number>()
    page.on('response', async (response) => {
      const body = await response.body().catch(() => Buffer.alloc(0))
      sizes.set(response.url(), gzipSync(body).length)
    })
    await page.goto(`${playground().url}#/train`)
    await page.getByRole('button', { name: 'Train', exact: true }).waitFor()
    await page.waitForTimeout(500)
    const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
    expect(total).toBeGreaterThan(10_000)
    expect(total).toBeLessThan(300_000)
  })

  test('the keyboard reaches the four views', async () => {
    const page = await playground().page('#/train')
    await page.getByRole('link', { name: 'Compare' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Compare', exact: true }).waitFor()
    expect(page.url()).toContain('#/compare')
  })
})
