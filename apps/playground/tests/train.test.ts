import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { unzipSync } from 'fflate'
import { expect, onTestFinished, test } from 'vitest'
import { accuracy, done, lastLoss, newest, train } from './runs.ts'
import { describePlayground, until, written } from './support.ts'

const command = fileURLToPath(new URL('../../../packages/cli/bin/dragoman.mjs', import.meta.url))

describePlayground('train', [false, true], (visit, isolated) => {
  test('a model learns to reverse, is saved, reloaded, opened, and read by the command line', async () => {
    const page = await visit.page('#/train?task=reverse&steps=120', { acceptDownloads: true })
    await train(page)
    // It starts at ln 13 = 2.6: thirteen tokens, none better known than another.
    expect(await lastLoss(page)).toBeLessThan(0.5)
    expect(await accuracy(page)).toBeGreaterThan(50)

    await page.reload()
    await done(page)
    const download = page.waitForEvent('download')
    await newest(page).getByRole('button', { name: 'Download' }).click()
    const folder = temporaryFolder()
    const zip = join(folder, 'my model.zip')
    await (await download).saveAs(zip)
    const model = join(folder, 'reverse')
    mkdirSync(model)
    for (const [path, bytes] of Object.entries(unzipSync(readFileSync(zip)))) {
      writeFileSync(join(model, path.split('/').at(-1)!), bytes)
    }
    writeFileSync(join(folder, 'sources.txt'), 'abcd\n')
    const stdout = await dragoman('generate', model, '--input', join(folder, 'sources.txt'))
    expect(stdout.trim()).toMatch(/^[a-j]+$/)

    // The run itself, the zip and the folder: the same model, and it writes what the command line writes.
    await newest(page).getByRole('button', { name: 'Try it' }).click()
    const ask = async () => {
      await page.getByLabel('Input').fill('abcd')
      await page.getByRole('button', { name: 'Write' }).click()
      await page.locator('.written', { hasText: stdout.trim() }).waitFor()
      expect(await written(page)).toBe(stdout.trim())
    }
    await ask()
    for (const [label, path] of [
      ['From a zip', zip],
      ['From a folder', model],
    ] as const) {
      await page.getByRole('link', { name: 'Train' }).click()
      await page.getByLabel(label).setInputFiles(path)
      await page.locator('[role=status]').getByRole('link', { name: 'Try it' }).click()
      await ask()
      if (isolated) break
    }
    await page.getByRole('link', { name: 'Look inside this' }).click()
    await page.locator('#attention').waitFor()
    expect(visit.errors).toEqual([])
  })
})

describePlayground('training', [false], (visit) => {
  test.each(['tfjs-wasm', 'onnx-wasm'])('on %s the loss falls and answers become right', async (backend) => {
    const page = await visit.page(`#/train?task=reverse&backend=${backend}&steps=120`)
    await train(page)
    expect(await lastLoss(page)).toBeLessThan(0.5)
    expect(await accuracy(page)).toBeGreaterThan(50)
    expect(visit.errors).toEqual([])
  })

  test('a run is paused, goes on, is stopped, goes on after a reload, and is deleted', async () => {
    const page = await visit.page('#/train?task=sort&steps=400')
    await page.getByRole('button', { name: 'Train', exact: true }).click()
    const card = newest(page)
    await card.getByRole('button', { name: 'Pause' }).click()
    await page.waitForTimeout(300)
    const steps = async () => Number(await card.locator('progress').getAttribute('value'))
    const before = await steps()
    await page.waitForTimeout(500)
    expect(await steps()).toBe(before)
    await card.getByRole('button', { name: 'Resume' }).click()
    await until(page, async () => (await steps()) > before)
    await until(page, async () => /tokens\/s · \d+ (s|min) left/.test(await card.innerText()))
    await card.getByRole('button', { name: 'Stop' }).click()
    await card.getByText(/^stopped ·/).waitFor()
    await page.reload()
    await card.getByText(/^stopped ·/).waitFor()
    await card.getByRole('button', { name: 'Go on' }).click()
    await done(page)
    expect(await card.locator('.samples th').allInnerTexts()).toContain('At step 400')
    page.once('dialog', (dialog) => void dialog.accept())
    await card.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('No run yet.').waitFor()
  })

  test('with and without attention is one click: two lines in one plot, and one can be hidden', async () => {
    const page = await visit.page('#/train?task=reverse&steps=20')
    await page.getByRole('button', { name: 'Train with and without attention' }).click()
    await done(page, 2)
    const plot = page.locator('.line-plot').first()
    expect(await plot.getAttribute('aria-label')).toMatch(/Attention \(Luong 2015\)[\s\S]*: [\d.]+/)
    expect(await plot.getAttribute('aria-label')).toContain('One context vector')
    await newest(page).getByRole('checkbox').uncheck()
    await until(page, async () => (await page.locator('.legend').first().locator('li').count()) === 1)
    await page.reload()
    await until(page, async () => (await page.locator('.legend').first().locator('li').count()) === 1)
  })

  test('a model is saved into a folder of the machine', async () => {
    const page = await visit.page('#/train?task=reverse&steps=20')
    await train(page)
    // The dialog of the browser cannot be driven: the folder that it would give is one of the browser's own.
    await page.evaluate(() => {
      Object.assign(globalThis, {
        showDirectoryPicker: async () =>
          (await navigator.storage.getDirectory()).getDirectoryHandle('chosen', { create: true }),
      })
    })
    await newest(page).getByRole('button', { name: 'Save to a folder' }).click()
    await page.getByText('Saved in chosen/reverse-attention.').waitFor()
    const names = await page.evaluate(async () => {
      const root = await navigator.storage.getDirectory()
      const folder = await (await root.getDirectoryHandle('chosen')).getDirectoryHandle('reverse-attention')
      const found: string[] = []
      for await (const name of folder.keys()) found.push(name)
      return found.sort()
    })
    expect(names).toEqual(['config.json', 'model.safetensors', 'tokenizer.json'])
  })
})

describePlayground('what a person brings', [false], (visit) => {
  const lines = Array.from({ length: 30 }, (_, i) => `${i}\tn${i}`)

  test('pairs that are wrong get a sentence that says what to do, and stay, also after a reload', async () => {
    const page = await visit.page('#/train?task=own')
    const field = page.getByLabel('Pairs, one a line')
    for (const [text, expected] of [
      ['', 'Paste pairs first'],
      ['a b\nc d\n', 'each line is source<TAB>target'],
      ['a\tb\nc\td\n', 'paste at least 20'],
      [[...lines.slice(0, 3), '', ...lines].join('\n'), 'blank line'],
      [[...lines, `${'x'.repeat(10_000)}\ty`].join('\n'), 'Line 31 has 10,000 characters'],
    ] as const) {
      await field.fill(text)
      await page.getByRole('button', { name: 'Train', exact: true }).click()
      await page.getByRole('alert').getByText(expected).waitFor()
      expect(await field.inputValue()).toBe(text)
    }
    await page.waitForTimeout(600)
    await page.reload()
    await until(page, async () => (await field.inputValue()).includes('xxxxx'))
  })

  test('pairs with an emoji train, and a file of pairs is read', async () => {
    const page = await visit.page('#/train?task=own&steps=20')
    const path = join(temporaryFolder(), 'pairs.tsv')
    writeFileSync(path, [...lines, '🙂\thappy', ''].join('\n'))
    await page.getByLabel('Or open a TSV file').setInputFiles(path)
    await page.getByText('31 lines, kept in this browser').waitFor()
    await train(page)
    expect(await lastLoss(page)).toBeGreaterThan(0)
  })

  test('a broken zip and a folder without a model say so; a run stays', async () => {
    const page = await visit.page('#/train?steps=20')
    await train(page)
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'model.zip'), 'PK no zip at all')
    await page.getByLabel('From a zip').setInputFiles(join(folder, 'model.zip'))
    await page.getByRole('alert').getByText('no zip with a model').waitFor()
    await page.getByLabel('From a folder').setInputFiles(folder)
    await page.getByRole('alert').getByText('no model in this folder').waitFor()
    // A zip that opens, with weights that are broken.
    const broken = join(folder, 'broken')
    cpSync(fileURLToPath(new URL('../public/models/numbers', import.meta.url)), broken, { recursive: true })
    writeFileSync(join(broken, 'model.safetensors'), 'nothing')
    await page.getByLabel('From a folder').setInputFiles(broken)
    await page.locator('[role=status]').getByRole('link', { name: 'Try it' }).click()
    await page.getByLabel('Input').fill('7')
    await page.getByRole('button', { name: 'Write' }).click()
    await page.getByRole('alert').getByText('model.safetensors').waitFor()
    await page.getByRole('link', { name: 'Train' }).click()
    page.once('dialog', (dialog) => void dialog.accept())
    await page.getByRole('button', { name: 'Delete broken' }).click()
    await page.getByRole('button', { name: 'Delete broken' }).waitFor({ state: 'detached' })
    await newest(page)
      .getByText(/^done ·/)
      .waitFor()
  })
})

/** What the command line writes. */
async function dragoman(...parameters: readonly string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [command, ...parameters])).stdout
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'playground-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
