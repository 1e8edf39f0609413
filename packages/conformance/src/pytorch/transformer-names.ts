import type { FixtureTensor, GradientFixture } from './fixture.ts'

type Tensors = Readonly<Record<string, FixtureTensor>>

/** A tensor under another name, or cut into several. */
export type Rename = (name: string, tensor: FixtureTensor) => readonly (readonly [string, FixtureTensor])[]

function apply(rename: Rename, tensors: Tensors): Record<string, FixtureTensor> {
  return Object.fromEntries(Object.entries(tensors).flatMap(([name, tensor]) => rename(name, tensor)))
}

/** A fixture whose parameters, and the gradients by them, have core's names. */
export function renameParameters<C>(
  fixture: GradientFixture<C>,
  rename: Rename,
  renameGradients: Rename = rename,
): GradientFixture<C> {
  const isInput = (name: string) => name in fixture.inputs
  return {
    ...fixture,
    parameters: apply(rename, fixture.parameters),
    gradients: apply(
      (name, tensor) => (isInput(name) ? [[name, tensor]] : renameGradients(name, tensor)),
      fixture.gradients,
    ),
  }
}

/** Axis 0 in equal parts. */
function cut({ shape, data }: FixtureTensor, parts: number): FixtureTensor[] {
  const [rows, ...rest] = shape as [number, ...number[]]
  const size = data.length / parts
  return Array.from({ length: parts }, (_, i) => ({
    shape: [rows / parts, ...rest],
    data: data.slice(i * size, (i + 1) * size),
  }))
}

/**
 * PyTorch keeps the projections of queries, keys and values in one matrix where all read the same size:
 * `in_proj_weight` → `q_proj.weight`, `k_proj.weight`, `v_proj.weight`. Other names are core's.
 */
export const splitProjections: Rename = (name, tensor) => {
  const [, path, kind] = /^(.*)in_proj_(weight|bias)$/.exec(name) ?? []
  if (path === undefined) return [[name.replace(/([qkv]_proj)_weight$/, '$1.weight'), tensor]]
  const parts = cut(tensor, 3)
  return ['q_proj', 'k_proj', 'v_proj'].map((projection, i) => [`${path}${projection}.${kind}`, parts[i]!])
}
