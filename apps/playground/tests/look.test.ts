import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { describePlayground } from './support.ts'

describePlayground('look inside', [false, true], (visit) => {
  test('a Transformer, from tokens to the search tree', async () => {
    const page = await visit.page('#/look?model=numbers&text=4207')
    await page.locator('.tree').waitFor()
    const titles = await page.locator('article h3').allInnerTexts()
    expect(titles.map((title) => title.slice(0, 2))).toEqual(['1.', '2.', '3.', '4.', '5.', 'In', '6.', '7.'])
    const tokens = page.locator('article').first().locator('tr').first()
    expect(await tokens.innerText()).toContain('4\t2\t0\t7\t<eos>')

    // Weights of one head: a row sums to 1.
    expect(await sumOfRow(page, map(page, '#encoder', 'Weights: softmax'), 0, 5)).toBeCloseTo(1, 1)
    // The decoder may not see what comes after: the first row has one cell that is not masked.
    const causal = map(page, '#heads', 'Weights: softmax')
    await causal.locator('canvas').focus()
    await page.keyboard.press('ArrowUp')
    expect(await causal.locator('.heat-value').innerText()).toBe('<sos> · <sos>: 1.00')
    await page.keyboard.press('ArrowRight')
    expect(await causal.locator('.heat-value').innerText()).toBe('<sos> · four: masked')

    // The decoder, step by step; the address keeps where one is.
    const stepper = page.locator('.stepper')
    expect(await stepper.innerText()).toContain('reads <sos>')
    await stepper.getByRole('button', { name: 'Forward' }).click()
    expect(await stepper.innerText()).toContain('reads four')
    expect(await page.locator('.bars tr').first().innerText()).toContain('thousand')
    await stepper.getByRole('button', { name: 'Back' }).click()
    await page.locator('.strip button', { hasText: 'hundred' }).click()
    expect(await stepper.innerText()).toContain('reads hundred')
    await page.getByRole('button', { name: 'Follow layer 2, head 3' }).click()
    expect(page.url()).toMatch(/step=5.*layer=2&crossHead=3/)
    await page.reload()
    await page.locator('.tree').waitFor()
    expect(await stepper.innerText()).toContain('reads hundred')
    expect(await page.locator('.chosen').innerText()).toContain('Layer 2, head 3')
    expect(visit.errors).toEqual([])
  })
})

describePlayground('other models inside', [false], (visit) => {
  test('an RNN with attention shows where each step looks', async () => {
    const page = await visit.page('#/look?model=dates')
    await page.locator('h3', { hasText: '4. Attention' }).waitFor()
    expect(await page.locator('h3', { hasText: 'The encoder reads' }).count()).toBe(1)
    const attention = map(page, '#attention', 'Looking at the encoder')
    // By pointer as well as by keys.
    await attention.locator('canvas').hover({ position: { x: 3, y: 3 } })
    expect(await attention.locator('.heat-value').innerText()).toMatch(/^<sos> · 2: /)
    expect(await sumOfRow(page, attention, 0, 12)).toBeCloseTo(1, 1)
  })

  test('one context vector goes wrong on a long source, and one mistake leads to the next', async () => {
    const page = await visit.page('#/look?model=context&text=31415926535897932384')
    await page.locator('h3', { hasText: '4. The context vector' }).waitFor()
    const forcing = page.locator('#forcing')
    const rows = await forcing.locator('tr').allInnerTexts()
    // The right answer has a rule, so the page knows it.
    expect(rows[0]!.replace(/\D/g, '')).toBe('48323979853562951413')
    const wrong = rows.slice(1).map((row) => Number(/(\d+) of \d+ wrong/.exec(row)?.[1]))
    expect(wrong[0]).toBeGreaterThan(0)
    expect(wrong[1]).toBeGreaterThan(wrong[0]!)
  })

  test('teacher forcing and free running differ where a true target is given', async () => {
    const page = await visit.page('#/look?model=numbers&text=12&truth=nine')
    const forcing = page.locator('#forcing')
    await forcing.waitFor()
    const rows = await forcing.locator('tr').allInnerTexts()
    expect(rows[0]).toContain('nine')
    expect(rows[2]).toContain('twelve')
    expect(await forcing.locator('.differs').count()).toBeGreaterThan(0)
  })

  test('a wider beam has more leaves', async () => {
    const page = await visit.page('#/look?model=pronunciation&text=read&beams=2')
    await page.locator('.tree').waitFor()
    const narrow = await page.locator('.tree g').count()
    await page.getByLabel('Beams of the search').fill('5')
    await expect.poll(() => page.locator('.tree g').count(), { timeout: 120_000 }).toBeGreaterThan(narrow)
    // The best way leads from the root to the best of the list.
    const best = await page.locator('.tree g.best text').allTextContents()
    const listed = await page.locator('#tree ol li').first().innerText()
    expect(listed).toContain(best.filter((token) => !/^<(sos|eos)>$/.test(token)).join(' '))
  })
})

function map(page: Page, section: string, label: string): Locator {
  return page.locator(`${section} figure`, { hasText: label }).first()
}

/** The values of a row, read by keyboard. */
async function sumOfRow(page: Page, figure: Locator, row: number, columns: number): Promise<number> {
  await figure.locator('canvas').focus()
  for (let i = 0; i <= row; i++) await page.keyboard.press(i === 0 ? 'ArrowUp' : 'ArrowDown')
  for (let i = 0; i < columns; i++) await page.keyboard.press('ArrowLeft')
  let sum = 0
  for (let column = 0; column < columns; column++) {
    sum += Number((await figure.locator('.heat-value').innerText()).split(': ')[1])
    await page.keyboard.press('ArrowRight')
  }
  return sum
}
