// Measures how cost grows, on backend-cpu with one thread: node dist/grow.js ROUNDS. Prints JSON.

import { measurePoints } from './measure-points.ts'
import { measurePositions } from './measure-positions.ts'

const rounds = Number(process.argv[2])
const points = await measurePoints(rounds)
const positions = await measurePositions(rounds)
process.stdout.write(`${JSON.stringify({ points, positions })}\n`, () => process.exit(0))
