/** Uniform in ±1/√fanIn: what PyTorch gives linear (fanIn inputs) and recurrent (fanIn hidden units) layers. */
export function uniformFor(fanIn: number): { readonly type: 'uniform'; readonly bound: number } {
  return { type: 'uniform', bound: 1 / Math.sqrt(fanIn) }
}

/** Uniform in ±√(6 / (fanIn + fanOut)). Source: Glorot and Bengio 2010, eq. 16. */
export function xavierFor(
  fanIn: number,
  fanOut: number,
): { readonly type: 'uniform'; readonly bound: number } {
  return { type: 'uniform', bound: Math.sqrt(6 / (fanIn + fanOut)) }
}
