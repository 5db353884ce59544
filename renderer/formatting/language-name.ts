/** The name of a language in the reader's own. */

/** @param code  BCP 47; what is no code is shown as it is */
export function languageName(locale: string, code: string): string {
  try {
    return new Intl.DisplayNames([locale], { type: 'language' }).of(code) ?? code
  } catch {
    return code
  }
}

export interface LanguageChoice {
  readonly value: string
  readonly label: string
}

/**
 * Languages to choose from, by name; those that the reader's browser has no name for come last, and where two share a name
 * their codes tell them apart.
 */
export function languageChoices(locale: string, codes: Iterable<string>): readonly LanguageChoice[] {
  const named = [...new Set(codes)].map((value) => ({ value, label: languageName(locale, value) }))
  const times = Map.groupBy(named, ({ label }) => label)
  return named
    .map(({ value, label }) => ({
      value,
      label: times.get(label)?.length === 1 ? label : `${label} (${value})`,
      isNamed: label !== value,
    }))
    .toSorted((one, other) =>
      one.isNamed === other.isNamed ? one.label.localeCompare(other.label, locale) : one.isNamed ? -1 : 1,
    )
    .map(({ value, label }) => ({ value, label }))
}
