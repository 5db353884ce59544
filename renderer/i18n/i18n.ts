/** The words of the window: catalogues by explicit id, parts of one language loaded, none in code. */
import { type I18n, type Messages, setupI18n } from '@lingui/core'
import { fitted } from '../formatting/isolate.ts'
import { type Locale, directionOf } from './choose-locale.ts'
import type { MessageId } from './parts.ts'

export type { MessageId } from './parts.ts'

export type MessageValues = Readonly<Record<string, string | number>>

export interface Text {
  (id: MessageId, values?: MessageValues): string
  readonly locale: Locale
  readonly direction: 'ltr' | 'rtl'
  /** @param messages  compiled, by id: those of another part */
  add(messages: Messages): void
}

/** @param messages  compiled, by id */
export function createText(locale: Locale, messages: Messages): Text {
  const i18n: I18n = setupI18n({ locale, messages: { [locale]: messages } })
  const direction = directionOf(locale)
  const text = (id: MessageId, values?: MessageValues): string =>
    i18n._(id, values === undefined ? values : fittedAll(values, direction))
  const add = (more: Messages): void => i18n.load(locale, more)
  return Object.assign(text, { locale, direction, add })
}

/** Names and other texts of people turn no sentence around. */
function fittedAll(values: MessageValues, direction: 'ltr' | 'rtl'): MessageValues {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? fitted(value, direction) : value,
    ]),
  )
}
