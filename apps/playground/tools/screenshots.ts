import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { Playground } from '../tests/playground.ts'

const folder = fileURLToPath(new URL('../reports/screenshots/', import.meta.url))
const sizes = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 900 } }

/** What is pictured, and how to know that it is there. */
const scenes: Readonly<
  Record<string, { readonly at: string; readonly ready: (page: Page) => Promise<void> }>
> = {
  try: {
    at: '#/try?model=phrases&text=I+love+you.&beams=4',
    ready: (page) => page.locator('.written', { hasText: 'আমি' }).waitFor(),
  },
  'look-transformer': {
    at: '#/look?model=numbers&text=4207',
    ready: (page) => page.locator('.tree').waitFor(),
  },
  'look-attention': {
    at: '#/look?model=dates&text=21+nov+2026',
    ready: (page) => page.locator('.tree').waitFor(),
  },
  'look-context': {
    at: '#/look?model=context&text=31415926535&truth=53562951413',
    ready: (page) => page.locator('.tree').waitFor(),
  },
  train: {
    at: '#/train?task=reverse&steps=60',
    async ready(page) {
      await page.getByRole('button', { name: 'Train with and without attention' }).click()
      await page.getByText('done ·').nth(1).waitFor({ timeout: 120_000 })
    },
  },
  compare: {
    at: '#/compare?model=numbers&text=4207&on=cpu+tfjs-wasm+onnx-wasm+onnx-webgpu',
    async ready(page) {
      await page.getByRole('button', { name: 'Compare', exact: true }).click()
      await page.locator('tbody meter').nth(2).waitFor({ timeout: 120_000 })
    },
  },
}

/**
 * Pictures of every view, light and dark, on a phone and on a desk, into reports/screenshots.
 *
 * @param asked parts of the names of those that are wanted; all where there are none.
 */
export async function main(asked: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  const playground = await Playground.open({ isolated: true })
  try {
    for (const [scene, { at, ready }] of Object.entries(scenes)) {
      for (const [size, viewport] of Object.entries(sizes)) {
        for (const colorScheme of ['light', 'dark'] as const) {
          const name = `${scene}-${size}-${colorScheme}`
          if (asked.length > 0 && !asked.some((part) => name.includes(part))) continue
          const page = await playground.page(at, { viewport, colorScheme })
          await ready(page)
          await page.waitForTimeout(300)
          await page.screenshot({ path: `${folder}${name}.png`, fullPage: true })
          await page.context().close()
          console.log(`${name}.png`)
        }
      }
    }
    for (const error of playground.errors) console.error(error)
  } finally {
    await playground.close()
  }
}
