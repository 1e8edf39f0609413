/** A token as it is shown: a space would not be seen. */
export function shownToken(token: string): string {
  return token === ' ' ? '␣' : token
}
