import type { Column } from './columns.ts'
import { openChild } from './hosts/child-host.ts'
import { findChromium } from './hosts/chromium.ts'
import type { Host } from './hosts/host.ts'
import { openPage } from './hosts/page-host.ts'
import { packageFolder } from './paths.ts'

/** Opens what a column runs in: a process of Node, or a page of Chromium. */
export async function openHost(column: Column): Promise<Host> {
  if (column.place === 'node') return openChild(new URL('dist/node-child.js', packageFolder))
  const executable = findChromium()
  if (!executable) throw new Error('no Chromium is found\n  hint: install it, or set CHROMIUM_PATH')
  return openPage(executable, column)
}
