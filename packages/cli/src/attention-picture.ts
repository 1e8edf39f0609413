import type { Generated, Hypothesis } from '@dragoman/core'

const shades = [' ', '░', '▒', '▓', '█'] as const
const widestColumn = 8

/**
 * Where the decoder looked, as lines for a terminal: a row for each generated token, a column for each
 * token of the source, the darker the more. The last row and column are the ends of both.
 */
export function attentionPicture({ sourceTokens }: Generated, { tokens, attention }: Hypothesis): string[] {
  if (!attention) return []
  const columns = sourceTokens.map(shorten)
  const width = sourceTokens.length
  const rows = Array.from({ length: attention.length / width }, (_, t) => shorten(tokens[t] ?? '<eos>'))
  const label = Math.max(...rows.map(displayWidth))
  const widths = columns.map(displayWidth)
  const picture = rows.map((row, t) => {
    const cells = widths.map((columnWidth, s) =>
      shadeOf(attention[t * width + s]!).repeat(Math.max(1, columnWidth)),
    )
    return `${pad(row, label)}  ${cells.join(' ')}`
  })
  return [
    `${' '.repeat(label)}  ${columns.map((column, s) => pad(column, widths[s]!)).join(' ')}`,
    ...picture,
  ].map((line) => line.trimEnd())
}

/** The attention of a hypothesis as rows of numbers. */
export function attentionRows({ sourceTokens }: Generated, { attention }: Hypothesis): number[][] {
  const width = sourceTokens.length
  const rows = attention ? attention.length / width : 0
  return Array.from({ length: rows }, (_, t) => Array.from(attention!.subarray(t * width, (t + 1) * width)))
}

function shadeOf(weight: number): string {
  return shades[Math.min(shades.length - 1, Math.floor(weight * shades.length))]!
}

function shorten(token: string): string {
  const visible = token === ' ' ? '␣' : token
  const characters = Array.from(visible)
  return characters.length > widestColumn ? `${characters.slice(0, widestColumn - 1).join('')}…` : visible
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

// Marks stand above or below their letter; ideographs, kana, hangul, full-width forms and emoji take two cells.
const mark = /[\p{Mn}\p{Me}\p{Cf}]/u
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u

/** Cells that a text takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) {
    if (!mark.test(character)) width += wide.test(character) ? 2 : 1
  }
  return width
}
