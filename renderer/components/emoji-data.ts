/** The names of all emoji in the reader's language: a file of the home with a hashed name, fetched when it is first needed. */
import german from 'emoji-picker-element-data/de/cldr-native/data.json?url'
import english from 'emoji-picker-element-data/en/cldr/data.json?url'
import { type EmojiRecord, usableEmoji } from '../formatting/find-emoji.ts'
import type { ApiClient } from '../api/client.ts'
import type { Locale } from '../i18n/choose-locale.ts'

/** Unicode's names in Arabic are in no file of this kind; English ones are searched then. */
const FILES: Readonly<Record<Locale, string>> = { en: english, de: german, ar: english }

/** @throws ApiFailure */
export async function loadEmoji(api: ApiClient, locale: Locale): Promise<readonly EmojiRecord[]> {
  return usableEmoji(await api.get<readonly EmojiRecord[]>(FILES[locale]))
}
