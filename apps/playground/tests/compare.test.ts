import { expect, test } from 'vitest'
import { describePlayground, until } from './support.ts'

describePlayground('compare', [false, true], (visit, isolated) => {
  test('backends of this browser write the same, with times and memory', async () => {
    const page = await visit.page('#/compare?model=numbers&text=4207&on=cpu+tfjs-wasm+onnx-wasm')
    await page.getByRole('button', { name: 'Compare', exact: true }).click()
    const rows = page.locator('table.compare tbody tr')
    await until(page, async () => (await rows.locator('meter').count()) === 3, 240_000)
    const cells = await rows.evaluateAll((all) =>
      all.map((row) => [...row.children].map((cell) => cell.textContent ?? '')),
    )
    expect(cells.map(([name]) => name)).toEqual([
      'cpu (WebAssembly)',
      'TensorFlow.js on WebAssembly',
      'ONNX Runtime on WebAssembly',
    ])
    for (const [name, same, difference, ...figures] of cells) {
      expect(same, name).toBe('✓ the same')
      expect(Number(difference), name).toBeLessThan(0.01)
      expect(
        figures.slice(0, 4).every((text) => /^[\d.]+ ms$/.test(text)),
        figures.join(),
      ).toBe(true)
      expect(figures[5], name).toMatch(/^\d+\.\d MB$/)
    }
    await page.getByText('What each backend says of itself').click()
    expect(await page.locator('dl').innerText()).toMatch(isolated ? /threads: ([2-9]|\d\d)/ : /threads: 1\b/)
    expect(visit.errors).toEqual([])
  })
})

describePlayground('comparing', [false], (visit) => {
  test('what this browser lacks says why, and what would enable it', async () => {
    const page = await visit.blank()
    // A browser without graphics: neither WebGPU nor WebGL, in the page and in its workers.
    await page.addInitScript(() => {
      Object.defineProperty(navigator, 'gpu', { value: undefined })
      OffscreenCanvas.prototype.getContext = () => null
    })
    await page.goto(`${visit.url}#/compare?model=context&text=123&on=cpu+tfjs-webgl+onnx-webgpu`)
    await page.getByRole('button', { name: 'Compare', exact: true }).click()
    const rows = page.locator('table.compare tbody tr')
    await until(page, async () => (await rows.nth(2).innerText()).includes('WebGPU adapter'))
    expect(await rows.nth(0).locator('meter').count()).toBe(1)
    expect(await rows.nth(1).innerText()).toMatch(
      /gives no WebGL 2 context\. Hardware acceleration .* enables it/,
    )
    expect(await rows.nth(2).innerText()).toMatch(
      /gives no WebGPU adapter\. A current Chrome or Edge .* has one/,
    )
  })

  test('the suite runs in the page, live, and can be stopped', async () => {
    const page = await visit.page('#/compare?on=cpu')
    await page.getByRole('button', { name: 'Run the suite' }).click()
    const ops = page.locator('tr', { hasText: /^Ops/ }).locator('td')
    await until(
      page,
      async () => (await ops.count()) === 1 && /^\d{2,} ✓$/.test(await ops.innerText()),
      240_000,
    )
    await page.locator('article').getByRole('button', { name: 'Stop' }).click()
    expect(await page.getByRole('button', { name: 'Run the suite' }).isEnabled()).toBe(true)
  })
})
