// Nothing but the end: what Node itself costs.
import { finish } from './finish.ts'

finish([])
