/**
 * Fetches the font of a language before something of it is drawn: text that is drawn before its font is there may
 * stay as empty boxes.
 */
export async function fontsFor(language: string | undefined): Promise<void> {
  if (language === 'bn') await document.fonts.load('1em "Noto Sans Bengali"', 'আ')
}
