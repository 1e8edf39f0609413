import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describePlayground } from './support.ts'

/** What each shipped model must write: facts, not what it happened to write once. */
const known = [
  ['numbers', '4207', 'four thousand two hundred and seven'],
  ['dates', '21 nov 2026', '2026-11-21'],
  ['phrases', 'I love you.', 'আমি তোমাকে ভালোবাসি।'],
  ['context', '31415', '51413'],
  ['pronunciation', 'cat', 'K AE T'],
] as const

describePlayground('try', [false, true], (playground) => {
  test.each(known)('%s writes %s as %s', async (model, source, expected) => {
    const page = await playground().page(`#/try?model=${model}&text=${encodeURIComponent(source)}`)
    await page.locator('.written', { hasText: expected }).waitFor()
    await page.locator('.written[aria-busy=false]').waitFor()
    expect(await page.locator('.written').innerText()).toBe(expected)
    expect(await page.locator('.tokens li').count()).toBeGreaterThan(3)
    expect(playground().errors).toEqual([])
  })
})

describePlayground('the ways of decoding', [false], (playground) => {
  test('beams give a list with scores, from the best down, and the address keeps them', async () => {
    const page = await playground().page('#/try?model=dates&text=1/2/03')
    await page.locator('.written', { hasText: '20' }).waitFor()
    await page.getByLabel('Beam width').fill('4')
    await page.locator('tbody tr').nth(3).waitFor()
    const scores = (await page.locator('tbody td:last-child').allInnerTexts()).map(Number)
    expect(scores).toHaveLength(4)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
    expect(page.url()).toContain('beams=4')
    await page.reload()
    await page.locator('tbody tr').nth(3).waitFor()
    expect(await page.getByLabel('Beam width').inputValue()).toBe('4')
  })

  test('drawing differs from seed to seed, and is the same for one seed', async () => {
    const page = await playground().page(
      '#/try?model=pronunciation&sample=true&temperature=3&text=extraordinary',
    )
    const written = async (seed: string) => {
      await page.getByLabel('Seed').fill(seed)
      await page.getByRole('button', { name: 'Write' }).click()
      await page.waitForTimeout(50)
      await page.locator('.written[aria-busy=false]').waitFor()
      return page.locator('.written').innerText()
    }
    const first = await written('1')
    expect(await written('2')).not.toBe(first)
    expect(await written('1')).toBe(first)
  })

  test('what cannot be written gets a sentence that says what to do', async () => {
    const page = await playground().page('#/try?model=numbers&text=5')
    await page.locator('.written', { hasText: 'five' }).waitFor()
    const write = async (text: string) => {
      await page.getByLabel('Input').fill(text)
      await page.getByRole('button', { name: 'Write' }).click()
    }
    await write('   ')
    expect(await page.getByRole('alert').innerText()).toContain('Write something first.')
    await write('9'.repeat(10_000))
    expect(await page.getByRole('alert').innerText()).toContain('at most 200 characters')
    await write('🙂')
    await page.locator('.written[aria-busy=false]').waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  test('the code that it shows loads the shipped model', async () => {
    const page = await playground().page('#/try?model=numbers')
    const code = await page.locator('.code code').textContent()
    expect(code).toContain("diskStore('models/numbers')")
    const config = readFileSync(new URL('../public/models/numbers/config.json', import.meta.url), 'utf8')
    expect(JSON.parse(config).encoder.type).toBe('transformer')
  })
})
