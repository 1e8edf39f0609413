import { readFile } from 'node:fs/promises'
import { findChromium, launchChromium } from './hosts/chromium.ts'
import { packageFolder } from './paths.ts'

const engines = [/^@tensorflow\//, /^onnxruntime-/]

/** Versions of Node, of the browser where there is one, and of the engines. */
export async function readVersions(): Promise<Record<string, string>> {
  const versions: Record<string, string> = { Node: process.versions.node }
  const executable = findChromium()
  if (executable) {
    const browser = await launchChromium(executable)
    versions.Chromium = browser.version()
    await browser.close()
  }
  return { ...versions, ...(await readEngineVersions()) }
}

/** Versions of the engines, which are exact in package.json. */
export async function readEngineVersions(): Promise<Record<string, string>> {
  const { dependencies } = JSON.parse(await readFile(new URL('package.json', packageFolder), 'utf8'))
  const all = Object.entries<string>(dependencies)
  return Object.fromEntries(all.filter(([name]) => engines.some((pattern) => pattern.test(name))))
}
