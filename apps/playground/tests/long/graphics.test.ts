import { expect, test } from 'vitest'
import { lastLoss, train } from '../runs.ts'
import { describePlayground, until } from '../support.ts'

// Chromium's software adapter takes a minute for what a graphics card does at once.
describePlayground('on graphics', [false], (visit) => {
  test.each(['tfjs-webgl', 'tfjs-webgpu', 'onnx-webgpu'])('%s trains: the loss falls', async (backend) => {
    const page = await visit.page(`#/train?task=reverse&backend=${backend}&steps=20`)
    await train(page, 240_000)
    expect(await lastLoss(page)).toBeLessThan(2.3)
    expect(visit.errors).toEqual([])
  })

  test('all backends write the same', async () => {
    const page = await visit.page('#/compare?model=numbers&text=4207')
    await page.getByRole('button', { name: 'Compare', exact: true }).click()
    const rows = page.locator('table.compare tbody tr')
    await until(page, async () => (await rows.locator('meter').count()) === 6, 280_000)
    expect(await page.getByText('✓ the same').count()).toBe(6)
  })
})
