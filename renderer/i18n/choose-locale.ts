/** Which of the catalogues a reader gets. */

export const LOCALES = ['en', 'de', 'ar'] as const
export type Locale = (typeof LOCALES)[number]

const RIGHT_TO_LEFT: ReadonlySet<Locale> = new Set<Locale>(['ar'])

/** @param wanted  BCP 47 tags, best first, as `navigator.languages` */
export function chooseLocale(wanted: readonly string[]): Locale {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split('-')[0]
    const found = LOCALES.find((locale) => locale === language)
    if (found !== undefined) return found
  }
  return 'en'
}

export function directionOf(locale: Locale): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.has(locale) ? 'rtl' : 'ltr'
}
