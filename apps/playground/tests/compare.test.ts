import { expect, test } from 'vitest'
import { describePlayground } from './support.ts'

describePlayground('compare', [true], (playground) => {
  test('every backend of this browser writes the same', async () => {
    const page = await playground().page(
      '#/compare?model=numbers&text=4207&on=cpu+tfjs-wasm+onnx-wasm+tfjs-webgl',
    )
    await page.getByRole('button', { name: 'Compare', exact: true }).click()
    const rows = page.locator('tbody').first().locator('tr')
    await expect
      .poll(async () => (await rows.allInnerTexts()).some((row) => /waiting|running/.test(row)), {
        timeout: 110_000,
        interval: 500,
      })
      .toBe(false)
    const cells = await rows.evaluateAll((all) =>
      all.map((row) => [...row.children].map((cell) => cell.textContent ?? '')),
    )
    const done = cells.filter((row) => row.length > 2)
    expect(done.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        'cpu (WebAssembly)',
        'TensorFlow.js on WebAssembly',
        'ONNX Runtime on WebAssembly',
      ]),
    )
    for (const [name, text, difference] of done) {
      expect(text, name).toBe('four thousand two hundred and seven')
      expect(Number(difference), name).toBeLessThan(0.01)
    }
    // What is missing says why.
    for (const [name, why] of cells.filter((row) => row.length === 2)) {
      expect(why, name).toMatch(/This browser gives no/)
    }
    expect(playground().errors).toEqual([])
  })

  test('the suite runs in the page, live, and can be stopped', async () => {
    const page = await playground().page('#/compare')
    await page.getByRole('button', { name: 'Run the suite' }).click()
    const ops = page.locator('tr', { hasText: /^Ops/ }).locator('td')
    await expect.poll(() => ops.innerText(), { timeout: 60_000 }).toMatch(/^\d{2,} ✓$/)
    await page.getByRole('button', { name: 'Stop' }).click()
    expect(await page.getByRole('button', { name: 'Run the suite' }).isEnabled()).toBe(true)
  })
})
