/** Fetches words: each part of each language is a file of its own in the bundle, and is asked for once. */
import type { Messages } from '@lingui/core'
import type { Locale } from './choose-locale.ts'
import { type Text, createText } from './i18n.ts'
import { FIRST_PARTS, type Part } from './parts.ts'

const FILES = import.meta.glob<Messages>('../locales/*/*.json', { import: 'default' })

const asked = new Map<Part, Promise<void>>()
let text: Text | null = null

/** Begins to speak a language. @throws when its first words cannot be fetched */
export async function openWords(locale: Locale): Promise<Text> {
  const opened = createText(locale, {})
  text = opened
  asked.clear()
  await Promise.all(FIRST_PARTS.map(loadWords))
  return opened
}

/** @throws when they cannot be fetched; the next call tries again */
export async function loadWords(part: Part): Promise<void> {
  const known = asked.get(part)
  if (known !== undefined) return known
  const loading = fetchPart(part)
  asked.set(part, loading)
  loading.catch(() => asked.delete(part))
  return loading
}

async function fetchPart(part: Part): Promise<void> {
  if (text === null) throw new Error('no language was chosen yet')
  const load = FILES[`../locales/${text.locale}/${part}.json`]
  if (load === undefined) throw new Error(`no words "${part}" in ${text.locale}`)
  text.add(await load())
}
