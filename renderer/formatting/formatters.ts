/** Writers of moments and numbers, each made once: making one takes longer than drawing the rest of a post. */

const dates = new Map<string, Intl.DateTimeFormat>()
const numbers = new Map<string, Intl.NumberFormat>()

/** Writes moments in the time zone of this minute, also after a journey, and as the reader's region writes them. */
export function dateFormat(locale: string, look: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const zone = new Date().getTimezoneOffset()
  const { languages } = navigator
  return known(
    dates,
    `${locale} ${languages.join()} ${zone} ${JSON.stringify(look)}`,
    () => new Intl.DateTimeFormat(inRegion(locale, languages), look),
  )
}

/**
 * Who reads English in Britain has days before months and no noon in the hours. A region that writes other digits or counts
 * other years than the rest of the window is left out.
 * @param wanted  BCP 47 tags, best first, as `navigator.languages`
 */
export function inRegion(locale: string, wanted: readonly string[]): string {
  const found = wanted.find((tag) => tag === locale || tag.startsWith(`${locale}-`))
  return found !== undefined && writingOf(found) === writingOf(locale) ? found : locale
}

/** Null for what is no tag: a browser may name the language of its system as the system does, `en-US@posix`. */
function writingOf(tag: string): string | null {
  try {
    const { numberingSystem, calendar } = new Intl.DateTimeFormat(tag).resolvedOptions()
    return `${numberingSystem} ${calendar}`
  } catch {
    return null
  }
}

export function numberFormat(locale: string, look: Intl.NumberFormatOptions): Intl.NumberFormat {
  return known(numbers, `${locale} ${JSON.stringify(look)}`, () => new Intl.NumberFormat(locale, look))
}

function known<T>(made: Map<string, T>, name: string, make: () => T): T {
  const found = made.get(name) ?? make()
  made.set(name, found)
  return found
}
