import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cpu } from '@dragoman/backend-cpu'
import { diskStore } from '@dragoman/cli'
import { generate, loadModel } from '@dragoman/core'
import { unzipSync } from 'fflate'
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { describePlayground } from './support.ts'

const card = (page: Page) => page.locator('article', { has: page.locator('progress') }).first()

/** The text of the newest run when it is done; throws with it when the run ends otherwise. */
async function trained(page: Page, timeout = 120_000): Promise<string> {
  const end = card(page).getByText(/^(done|failed|stopped) ·/)
  await end.waitFor({ timeout }).catch(async () => {
    throw new Error(`the run does not end: ${await card(page).innerText()}`)
  })
  const text = await card(page).innerText()
  expect(text).toContain('done ·')
  return text
}

/** The losses that the picture tells of, as its label has the last. */
async function lastLoss(page: Page): Promise<number> {
  const label = await page.locator('.line-plot').first().getAttribute('aria-label')
  return Number(label!.split(': ').at(-1))
}

describePlayground('train', [false], (playground) => {
  test('a model learns to reverse, is saved, reloaded, and read by the library', async () => {
    const page = await playground().page('#/train?task=reverse&steps=160', { acceptDownloads: true })
    await page.getByRole('button', { name: 'Train', exact: true }).click()
    const text = await trained(page)
    // 160 steps are enough for most of the held-out strings, as training by the command line shows.
    expect(Number(/ (\d+) %/.exec(text)![1])).toBeGreaterThan(50)
    expect(await lastLoss(page)).toBeLessThan(0.5)

    await page.reload()
    await card(page).getByText('done ·').waitFor()
    const download = page.waitForEvent('download')
    await card(page).getByRole('button', { name: 'Download' }).click()
    const path = await (await download).path()
    const folder = mkdtempSync(join(tmpdir(), 'playground-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    for (const [name, bytes] of Object.entries(unzipSync(readFileSync(path)))) {
      writeFileSync(join(folder, name.split('/').at(-1)!), bytes)
    }
    const model = await loadModel(diskStore(folder), await cpu())
    const [result] = await generate(model, 'abcd')
    await model.dispose()

    await card(page).getByRole('button', { name: 'Try it' }).click()
    const own = page.locator('article', { hasText: 'Try a trained model' })
    await own.locator('form input').fill('abcd')
    await own.getByRole('button', { name: 'Write' }).click()
    await own.locator('.written', { hasText: result!.text }).waitFor()

    // A zip opens as well, and a file that is none says so; the run stays.
    await own.locator('input[type=file]').setInputFiles(path)
    await own.locator('input[type=file]').setInputFiles(join(dirname(import.meta.filename), 'support.ts'))
    await own.getByRole('alert').getByText('no zip with a model').waitFor()
    expect(await card(page).count()).toBe(1)
    expect(playground().errors).toEqual([])
  })

  test.each(['tfjs-wasm', 'onnx-wasm'])('on %s the loss falls', async (backend) => {
    const page = await playground().page(`#/train?task=reverse&backend=${backend}&steps=40`)
    await page.getByRole('button', { name: 'Train', exact: true }).click()
    await trained(page)
    // It starts at ln 13 = 2.6: thirteen tokens, none better known than another.
    expect(await lastLoss(page)).toBeLessThan(2.5)
    expect(playground().errors).toEqual([])
  })

  test('a run is paused, goes on, is stopped, and goes on after a reload', async () => {
    const page = await playground().page('#/train?task=sort&steps=400')
    await page.getByRole('button', { name: 'Train', exact: true }).click()
    await card(page).getByRole('button', { name: 'Pause' }).click()
    await page.waitForTimeout(300)
    const before = await card(page).locator('progress').getAttribute('value')
    await page.waitForTimeout(500)
    expect(await card(page).locator('progress').getAttribute('value')).toBe(before)
    await card(page).getByRole('button', { name: 'Resume' }).click()
    await expect
      .poll(() => card(page).locator('progress').getAttribute('value').then(Number), { timeout: 30_000 })
      .toBeGreaterThan(Number(before))
    await card(page).getByRole('button', { name: 'Stop' }).click()
    await card(page).getByText('stopped ·').waitFor()
    await page.reload()
    await card(page).getByText('stopped ·').waitFor()
    await card(page).getByRole('button', { name: 'Go on' }).click()
    await trained(page)
  })

  test('with and without attention is one click: two lines in one plot', async () => {
    const page = await playground().page('#/train?task=reverse&steps=20')
    await page.getByRole('button', { name: 'Train with and without attention' }).click()
    await page.getByText('done ·').nth(1).waitFor({ timeout: 60_000 })
    const label = await page.locator('.line-plot').first().getAttribute('aria-label')
    expect(label).toContain('Attention (Luong 2015)')
    expect(label).toContain('One context vector')
  })

  test.each([
    ['nothing', '', 'Paste pairs first'],
    ['lines without tabs', 'a b\nc d\n', 'tab'],
    ['too few pairs', 'a\tb\nc\td\n', 'paste at least 20'],
  ])('pasted %s gets a sentence that says what to do', async (_, text, expected) => {
    const page = await playground().page('#/train?task=own')
    await page.getByLabel('Pairs, one a line').fill(text)
    await page.getByRole('button', { name: 'Train', exact: true }).click()
    await page.getByRole('alert').getByText(expected).waitFor()
    expect(await page.getByLabel('Pairs, one a line').inputValue()).toBe(text)
  })
})
