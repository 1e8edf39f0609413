export type { VerificationParts } from './verify/verification-error.ts'
export { VerificationError } from './verify/verification-error.ts'
export type { VerifyOptions, VerifyReport } from './verify/verify.ts'
export { verify } from './verify/verify.ts'
