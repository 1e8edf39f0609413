/** Uniform in ±1/√fanIn: what PyTorch gives linear (fanIn inputs) and recurrent (fanIn hidden units) layers. */
export function uniformFor(fanIn: number): { readonly type: 'uniform'; readonly bound: number } {
  return { type: 'uniform', bound: 1 / Math.sqrt(fanIn) }
}
