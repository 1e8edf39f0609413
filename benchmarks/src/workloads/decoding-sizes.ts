/** Tokens of a source, with its end, and tokens that are written. */
export const decodingSizes = { source: 24, steps: 32 } as const
