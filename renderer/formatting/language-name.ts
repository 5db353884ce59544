/** The name of a language in the reader's own. */

/** @param code  BCP 47; what is no code is shown as it is */
export function languageName(locale: string, code: string): string {
  try {
    return new Intl.DisplayNames([locale], { type: 'language' }).of(code) ?? code
  } catch {
    return code
  }
}
