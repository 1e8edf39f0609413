import { columns as allColumns } from './columns.ts'
import { levelTable, opTable, summaryTable } from './matrix-tables.ts'
import type { ColumnRecord, ConformanceRecord } from './record.ts'
import { tableOf } from './table.ts'

/** docs/conformance.md, from the record of a run alone. */
export function markdownOf({ suite, cases, date, versions, columns }: ConformanceRecord): string {
  return `# Conformance

Every backend runs the cases of \`@dragoman/conformance\` (${cases}; suite \`${suite}\`), in Node and in real pages of
Chromium. Where WebGL and WebGPU are software, of the laws and of decoding a fifth runs, and everything of the other
levels, unless the run is \`--thorough\`. Generated on ${date} by \`pnpm conformance --write\` from a run; not edited by
hand.

${summaryTable(columns)}

The times are those of one run on a machine that did other things too: they say which columns are slow, no more.
WebGL and WebGPU run on SwiftShader, Chromium's software adapter.${absent(columns)}

${Object.entries(versions)
  .map(([name, version]) => `- ${name} ${version}`)
  .join('\n')}

## What each column is

${setUpTable(columns)}

## Levels

${levelTable(columns)}

## Ops

The cases that are about an op: its values, its gradient, its composite against its body. A number alone: all passed.

${opTable(columns)}

## Gaps

A gap is a case that a backend refuses with an \`UnsupportedOpError\`, or that the engine under it breaks off with an
error of its own, as its reason says. A wrong number is never a gap. Gaps are strict: a case in a gap runs, and one that
passes is a failure until its line is deleted.

${gapsOf(columns)}
`
}

/** What has not run on this suite is said, not left out in silence. */
function absent(columns: ConformanceRecord['columns']): string {
  const names = allColumns.filter(({ name }) => !columns[name]).map(({ name }) => `\`${name}\``)
  return names.length === 0 ? '' : ` Not run on this suite yet: ${names.join(', ')}.`
}

function setUpTable(columns: ConformanceRecord['columns']): string {
  const rows = allColumns
    .filter(({ name }) => columns[name])
    .map(({ name, place, about }) => [
      name,
      place === 'node' ? 'Node' : 'Chromium',
      about,
      listOf(columns[name]!.info),
    ])
  return tableOf(
    [
      ['backend', 'left'],
      ['runs in', 'left'],
      ['set-up', 'left'],
      ['what it says of itself', 'left'],
    ],
    rows,
  )
}

function listOf(facts: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}

function gapsOf(columns: ConformanceRecord['columns']): string {
  const sections = Object.entries(columns)
    .filter(([, { gaps }]) => gaps.length > 0)
    .map(([name, column]) => `### ${name}\n\n${gapList(column)}`)
  return sections.length > 0 ? sections.join('\n\n') : 'None.'
}

function gapList({ gaps }: ColumnRecord): string {
  return gaps
    .map(({ reason, cases }) => `- ${reason}: ${cases.map((id) => `\`${id}\``).join(', ')}`)
    .join('\n')
}
