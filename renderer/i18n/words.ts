/** Fetches words: each part of each language is a file of its own in the bundle, and is asked for once. */
import type { Messages } from '@lingui/core'
import type { Locale } from './choose-locale.ts'
import { type Text, createText } from './i18n.ts'
import { FIRST_PARTS, type Part } from './parts.ts'

const FILES = import.meta.glob<Messages>('../locales/*/*.json', { import: 'default' })

let asked = new Map<Part, Promise<void>>()
let text: Text | null = null

/** Begins to speak a language. @throws when its first words cannot be fetched */
export async function openWords(locale: Locale): Promise<Text> {
  const { opened, fetched } = await fetchLanguage(locale)
  text = opened
  asked = fetched
  return opened
}

/**
 * Goes on in another language, with all words that were asked for in the one before, so that nothing on the page is without.
 * @param isWanted  asked at the end: who tries several languages quickly gets the last
 * @returns null where it is not wanted any more
 * @throws when they cannot be fetched; the language before goes on then
 */
export async function changeWords(locale: Locale, isWanted: () => boolean): Promise<Text | null> {
  const { opened, fetched } = await fetchLanguage(locale)
  if (!isWanted()) return null
  text = opened
  asked = fetched
  return opened
}

async function fetchLanguage(locale: Locale): Promise<{ opened: Text; fetched: Map<Part, Promise<void>> }> {
  const opened = createText(locale, {})
  const fetched = new Map<Part, Promise<void>>()
  const missing = (): Part[] => [...FIRST_PARTS, ...asked.keys()].filter((part) => !fetched.has(part))
  // Pages that are opened meanwhile ask for more.
  for (let parts = missing(); parts.length > 0; parts = missing()) {
    for (const part of parts) fetched.set(part, fetchPart(opened, part))
    // oxlint-disable-next-line no-await-in-loop -- the next round is of what was asked for in this one
    await Promise.all(fetched.values())
  }
  return { opened, fetched }
}

/** @throws when they cannot be fetched; the next call tries again */
export async function loadWords(part: Part): Promise<void> {
  const known = asked.get(part)
  if (known !== undefined) return known
  if (text === null) throw new Error('no language was chosen yet')
  const loading = fetchPart(text, part)
  asked.set(part, loading)
  loading.catch(() => asked.delete(part))
  return loading
}

async function fetchPart(into: Text, part: Part): Promise<void> {
  const load = FILES[`../locales/${into.locale}/${part}.json`]
  if (load === undefined) throw new Error(`no words "${part}" in ${into.locale}`)
  into.add(await load())
}
