import { setFlagsFromString } from 'node:v8'
import { hasRelaxedSimd } from '../features.ts'

// Node 20 has relaxed SIMD, but behind a flag.
if (!hasRelaxedSimd()) setFlagsFromString('--experimental-wasm-relaxed-simd')
