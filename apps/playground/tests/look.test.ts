import { expect, test } from 'vitest'
import { describePlayground } from './support.ts'

describePlayground('look inside', [false], (playground) => {
  test('a Transformer, from tokens to the search tree', async () => {
    const page = await playground().page('#/look?model=numbers&text=4207')
    await page.locator('.tree').waitFor()
    const titles = await page.locator('h3').allInnerTexts()
    expect(titles.map((title) => title.slice(0, 2)).filter((start) => /\d/.test(start))).toEqual([
      '1.',
      '2.',
      '3.',
      '5.',
      '6.',
      '7.',
    ])
    const tokens = page.locator('article').first().locator('tr').first()
    expect(await tokens.innerText()).toContain('4\t2\t0\t7\t<eos>')

    // Weights of one head: a row sums to 1.
    const weights = page.locator('figure', { hasText: 'Weights: softmax' }).first()
    const canvas = weights.locator('canvas')
    await canvas.focus()
    let sum = 0
    for (let column = 0; column < 5; column++) {
      if (column === 0) await page.keyboard.press('ArrowUp')
      const text = await weights.locator('.heat-value').innerText()
      sum += Number(text.split(': ')[1])
      await page.keyboard.press('ArrowRight')
    }
    expect(sum).toBeCloseTo(1, 1)

    // The decoder, step by step.
    const stepper = page.locator('.stepper')
    expect(await stepper.innerText()).toContain('reads <sos>')
    await stepper.getByRole('button', { name: 'Forward' }).click()
    expect(await stepper.innerText()).toContain('reads four')
    const best = page.locator('.bars tr').first()
    expect(await best.innerText()).toContain('thousand')
    await stepper.getByRole('button', { name: 'Back' }).click()
    expect(await stepper.innerText()).toContain('reads <sos>')
    expect(playground().errors).toEqual([])
  })

  test('an RNN with attention shows where each step looks', async () => {
    const page = await playground().page('#/look?model=dates')
    await page.locator('h3', { hasText: '4. Attention' }).waitFor()
    expect(await page.locator('h3', { hasText: 'The encoder reads' }).count()).toBe(1)
  })

  test('one context vector is shown as what it is', async () => {
    const page = await playground().page('#/look?model=context')
    await page.locator('h3', { hasText: '4. The context vector' }).waitFor()
  })

  test('teacher forcing and free running differ where a true target is given', async () => {
    const page = await playground().page('#/look?model=numbers&text=12&truth=nine')
    const forcing = page.locator('article', { hasText: '6. Teacher forcing' })
    await forcing.waitFor()
    const rows = await forcing.locator('tr').allInnerTexts()
    expect(rows[0]).toContain('nine')
    expect(rows[2]).toContain('twelve')
    expect(await forcing.locator('.differs').count()).toBeGreaterThan(0)
  })

  test('a wider beam has more leaves', async () => {
    const page = await playground().page('#/look?model=pronunciation&text=read&beams=2')
    await page.locator('.tree').waitFor()
    const narrow = await page.locator('.tree g').count()
    await page.getByLabel('Beams of the search').fill('5')
    await expect.poll(() => page.locator('.tree g').count(), { timeout: 30_000 }).toBeGreaterThan(narrow)
  })
})
