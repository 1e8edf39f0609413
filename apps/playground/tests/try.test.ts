import { expect, test } from 'vitest'
import { describePlayground, until, written } from './support.ts'

/** What each shipped model must write: facts, not what it happened to write once. */
const known = [
  ['numbers', '4207', 'four thousand two hundred and seven'],
  ['dates', '21 nov 2026', '2026-11-21'],
  ['phrases', 'I love you.', 'আমি তোমাকে ভালোবাসি।'],
  ['context', '31415', '51413'],
  ['pronunciation', 'cat', 'K AE T'],
] as const

describePlayground('try', [false, true], (visit, isolated) => {
  test('every shipped model writes what is right, token by token', async () => {
    const page = await visit.page('#/try')
    for (const [model, source, expected] of known) {
      await page.getByLabel('Model').selectOption(model)
      await page.getByLabel('Input').fill(source)
      await page.getByRole('button', { name: 'Write' }).click()
      await page.locator('.written', { hasText: expected }).waitFor()
      expect(await written(page), model).toBe(expected)
      expect(await page.locator('.tokens li').count()).toBeGreaterThan(3)
    }
    const said = isolated ? 'is cross-origin isolated' : 'is not cross-origin isolated'
    expect(await page.locator('footer').innerText()).toContain(said)
    expect(visit.errors).toEqual([])
  })
})

describePlayground('the ways of decoding', [false], (visit) => {
  test('beams give a list with scores, from the best down, and the address keeps them', async () => {
    const page = await visit.page('#/try?model=dates&text=1/2/03')
    await page.locator('.written', { hasText: '20' }).waitFor()
    // Every step of a slider asks anew; only the last may stay.
    for (const beams of ['2', '9', '3', '4']) await page.getByLabel('Beam width').fill(beams)
    await page.locator('tbody tr').nth(3).waitFor()
    await written(page)
    const scores = (await page.locator('tbody td:last-child').allInnerTexts()).map(Number)
    expect(scores).toHaveLength(4)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
    expect(page.url()).toContain('beams=4')
    await page.reload()
    await page.locator('tbody tr').nth(3).waitFor()
    expect(await page.getByLabel('Beam width').inputValue()).toBe('4')
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  test('drawing differs from seed to seed, and is the same for one seed', async () => {
    const page = await visit.page('#/try?model=pronunciation&sample=true&temperature=3&text=extraordinary')
    const first = await written(page)
    const draw = async (seed: string) => {
      await page.getByLabel('Seed').fill(seed)
      await page.getByRole('button', { name: 'Write' }).click()
    }
    await draw('1')
    await until(page, async () => (await written(page)) !== first)
    await draw('0')
    await until(page, async () => (await written(page)) === first)
  })

  test('what cannot be written gets a sentence that says what to do, and nothing is lost', async () => {
    const page = await visit.page('#/try?model=phrases&text=I+love+you.')
    await written(page)
    const write = async (text: string) => {
      await page.getByLabel('Input').fill(text)
      await page.getByRole('button', { name: 'Write' }).click()
    }
    const alert = page.getByRole('alert')
    await write('')
    await alert.getByText('Write something first.').waitFor()
    await write('9'.repeat(10_000))
    await alert.getByText('at most 200 characters. Shorten it').waitFor()
    expect(await page.getByLabel('Input').inputValue()).toHaveLength(10_000)
    await write('I love 🙂.')
    await page.locator('.note').waitFor()
    expect(await page.locator('.note').innerText()).toContain('never seen “🙂” and reads it as <unk>')
    await alert.waitFor({ state: 'detached' })
  })

  test('a model that this browser does not keep says so', async () => {
    const page = await visit.page('#/try?model=models/gone&text=abc')
    await page.getByRole('alert').getByText('this browser keeps no such model').waitFor()
    await page.getByLabel('Model').selectOption('numbers')
    await page.getByRole('alert').waitFor({ state: 'detached' })
    expect(await written(page)).toMatch(/^[a-z -]+$/)
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  test('what is at work can be stopped, and begun again', async () => {
    const page = await visit.page('#/try?model=numbers&text=7&backend=onnx-wasm')
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Stopped.').waitFor()
    await page.getByRole('button', { name: 'Write' }).click()
    expect(await written(page)).toBe('seven')
  })

  test('the link that is copied shows the same to another person', async () => {
    const page = await visit.page('#/try?model=numbers&text=12&beams=3', {
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    const shown = await written(page)
    await page.getByRole('button', { name: 'Copy link' }).click()
    await page.getByText('Link copied').waitFor()
    const link = await page.evaluate(() => navigator.clipboard.readText())
    const other = await visit.blank()
    await other.goto(link)
    expect(await written(other)).toBe(shown)
    expect(await other.locator('tbody tr').count()).toBe(3)
  })
})
