/** The words of the window: catalogues by explicit id, one loaded, none in code. */
import { type I18n, type Messages, setupI18n } from '@lingui/core'
import type en from '../locales/en.json'
import { type Locale, directionOf } from './choose-locale.ts'

/** Every id of the English catalogue, which is whole. */
export type MessageId = keyof typeof en

export type MessageValues = Readonly<Record<string, string | number>>

export interface Text {
  (id: MessageId, values?: MessageValues): string
  readonly locale: Locale
  readonly direction: 'ltr' | 'rtl'
}

/** @param messages  compiled, by id */
export function createText(locale: Locale, messages: Messages): Text {
  const i18n: I18n = setupI18n({ locale, messages: { [locale]: messages } })
  const text = (id: MessageId, values?: MessageValues): string => i18n._(id, values)
  return Object.assign(text, { locale, direction: directionOf(locale) })
}
