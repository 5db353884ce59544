/**
 * The words of the shell: menus, tray, notifications, the start-up window. One catalogue of each language, ICU messages by
 * explicit id (`room.name`), read from `resources/locales/shell/` when the shell starts.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setupI18n } from '@lingui/core'
import { compileMessage } from '@lingui/message-utils/compileMessage'

export const SHELL_LOCALES = ['en', 'de', 'ar'] as const
export type ShellLocale = (typeof SHELL_LOCALES)[number]

type WordValues = Readonly<Record<string, string | number>>

export interface Words {
  /** @throws for an id that no catalogue has: that is a fault of the program and no matter of languages */
  (id: string, values?: WordValues): string
  readonly locale: ShellLocale
  readonly direction: 'ltr' | 'rtl'
}

/**
 * @param wanted  as the system names languages (`de-AT`); the first that is spoken here counts, English where none is
 * @param folder  `resources/locales/shell`
 * @throws when a catalogue cannot be read or is none
 */
export function openWords(wanted: string | readonly string[], folder: string): Words {
  const locale = shellLocaleOf(typeof wanted === 'string' ? [wanted] : wanted)
  const direction = locale === 'ar' ? 'rtl' : 'ltr'
  const messages = readCatalogue(folder, locale)
  const i18n = setupI18n({ locale, messages: { [locale]: {} } })
  const compiled = new Set<string>()
  const words = (id: string, values: WordValues = {}): string => {
    if (!compiled.has(id)) {
      const message = messages.get(id)
      if (message === undefined) throw new Error(`no words ${JSON.stringify(id)} in ${locale}`)
      i18n.load(locale, { [id]: compileMessage(message) })
      compiled.add(id)
    }
    return i18n._(id, isolated(values, direction))
  }
  return Object.assign(words, { locale, direction } as const)
}

export function shellLocaleOf(wanted: readonly string[]): ShellLocale {
  for (const one of wanted) {
    const [base = ''] = one.toLowerCase().split(/[-_]/)
    const found = SHELL_LOCALES.find((locale) => locale === base)
    if (found !== undefined) return found
  }
  return 'en'
}

function readCatalogue(folder: string, locale: ShellLocale): ReadonlyMap<string, string> {
  const path = join(folder, `${locale}.json`)
  const read: unknown = JSON.parse(readFileSync(path, 'utf8'))
  const entries = typeof read === 'object' && read !== null ? Object.entries(read) : []
  if (entries.length === 0 || !entries.every(([, message]) => typeof message === 'string')) {
    throw new Error(`${path} is no catalogue of words`)
  }
  return new Map(entries)
}

const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u
const LEFT_TO_RIGHT = /[A-Za-z\u00C0-\u024F\u0370-\u052F]/

/** A text of another direction turns no sentence around. */
function isolated(values: WordValues, direction: Words['direction']): Record<string, string | number> {
  const other = direction === 'ltr' ? RIGHT_TO_LEFT : LEFT_TO_RIGHT
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' && other.test(value) ? `\u2068${value}\u2069` : value,
    ]),
  )
}
