import { expect, test } from 'vitest'
import { describePlayground, until } from '../support.ts'

describePlayground('the suite', [true], (visit) => {
  test('passes in the page on every backend that runs on WebAssembly', async () => {
    const page = await visit.page('#/compare?on=cpu+tfjs-wasm+onnx-wasm')
    await page.getByRole('button', { name: 'Run the suite' }).click()
    const again = page.getByRole('button', { name: 'Run the suite' })
    await page.locator('article progress').waitFor()
    await until(page, () => again.isEnabled(), 1_200_000)
    const cells = await page.locator('article td').allInnerTexts()
    expect(cells).toHaveLength(30)
    expect(cells.filter((text) => !/^\d+ ✓( · \d+ gaps)?$/.test(text))).toEqual([])
  })
})
