/**
 * Translates what a status says: its text, its warning, the options of its poll, what is said of its pictures. What comes
 * back is of a stranger: HTML is sanitised, plain text is made plain again.
 */
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Status } from '../../contracts/status.ts'
import type { Translation } from '../../contracts/translation.ts'
import { HomebirdError } from '../../core/errors.ts'
import { cleanLine, cleanLines } from '../text/clean-text.ts'
import { escapeHtml } from '../text/escape-html.ts'
import { normalizeLanguage } from '../text/language.ts'
import { htmlToPlainText } from '../text/plain-text.ts'
import { sanitizeHtml } from '../text/sanitize-html.ts'
import type { LanguagePairs, TranslatedTexts, Translator } from './translation-service.ts'

const KEPT = 500
const KEPT_MS = 86_400_000
const MOST_KEPT_CHARACTERS = 4_000_000
const MOST_LINE = 5_000

/** Translations by their content, for a day: whoever looks twice pays once. */
export type TranslationCache = LRUCache<string, TranslatedTexts>

export const createTranslationCache = (): TranslationCache =>
  new LRUCache({
    max: KEPT,
    ttl: KEPT_MS,
    maxSize: MOST_KEPT_CHARACTERS,
    sizeCalculation: ({ texts }) => 1 + texts.reduce((sum, text) => sum + text.length, 0),
  })

export interface TranslationParts {
  readonly translator: Translator
  readonly cache: TranslationCache
  /** Empty where the service does not say; then it is asked whatever it is. */
  readonly pairs: LanguagePairs
}

/**
 * @param wanted  a language tag
 * @throws HomebirdError FORBIDDEN for what is not for everybody, says nothing or cannot be translated so, UNAVAILABLE
 */
export async function translateStatus(
  { translator, cache, pairs }: TranslationParts,
  status: Status,
  wanted: string,
): Promise<Translation> {
  if (status.visibility !== 'public' && status.visibility !== 'unlisted') {
    throw refused(`status ${status.id} is ${status.visibility}: it goes to no third party`)
  }
  const texts = textsOf(status)
  const { from, to } = pairOf(pairs, status.language, wanted)
  if (texts.every((text) => text === '')) throw refused(`status ${status.id} says nothing`)
  const task = { texts, from, to }
  const key = createHash('sha256')
    .update(JSON.stringify([translator.provider, task]))
    .digest('base64')
  const translated = cache.get(key) ?? (await translator.translate(task))
  cache.set(key, translated)
  return entityOf(status, translated, { to, provider: translator.provider })
}

/** @throws HomebirdError FORBIDDEN for a pair that the service does not know, and for one language to itself */
function pairOf(
  pairs: LanguagePairs,
  written: string | null,
  wanted: string,
): { readonly from: string | null; readonly to: string } {
  const tag = normalizeLanguage(wanted)
  if (tag === null) throw refused(`${wanted.slice(0, 40)} is no language`)
  const from = written === null ? null : findTag([...pairs.keys()], written)
  const targets = from === null ? [...new Set([...pairs.values()].flat())] : (pairs.get(from) ?? [])
  const to = pairs.size === 0 ? tag : findTag(targets, tag)
  if (to === null || baseOf(to) === baseOf(written ?? ''))
    throw refused(`no translation from ${written} to ${tag}`)
  return { from: pairs.size === 0 ? written : from, to }
}

/** The very language, else the language without its country. */
function findTag(known: readonly string[], tag: string): string | null {
  const same = known.find((one) => one.toLowerCase() === tag.toLowerCase())
  return same ?? known.find((one) => one.toLowerCase() === baseOf(tag)) ?? null
}

const baseOf = (tag: string): string => (tag.split('-')[0] ?? tag).toLowerCase()

/** Content, warning, options, descriptions, as HTML. What has no text stays empty and is not sent. */
function textsOf(status: Status): string[] {
  const plain = [
    status.spoiler_text,
    ...(status.poll?.options ?? []).map(({ title }) => title),
    ...status.media_attachments.map(({ description }) => description ?? ''),
  ]
  const codes = new Set(status.emojis.map(({ shortcode }) => shortcode))
  return [status.content, ...plain.map(escapeHtml)].map((html) => keepEmojis(html, codes))
}

/** Names of emoji are no words; inside a tag, as in the address of a link, they are no emoji. */
function keepEmojis(html: string, codes: ReadonlySet<string>): string {
  if (codes.size === 0) return html
  return html.replace(/<[^<>]*>|:(\w{1,100}):/g, (text, code?: string) =>
    code !== undefined && codes.has(code) ? `<span translate="no">${text}</span>` : text,
  )
}

const withoutMarks = (html: string): string =>
  html.replace(/<span translate="no">(:\w{1,100}:)<\/span>/g, '$1')

function entityOf(
  status: Status,
  { texts, from }: TranslatedTexts,
  { to, provider }: { readonly to: string; readonly provider: string },
): Translation {
  const [content = '', warning = '', ...rest] = texts.map(withoutMarks)
  const line = (html: string): string => cleanLine(htmlToPlainText(html), MOST_LINE)
  const options = status.poll?.options ?? []
  return {
    id: status.id,
    content: sanitizeHtml(content),
    spoiler_text: line(warning),
    poll:
      status.poll === null
        ? null
        : {
            id: status.poll.id,
            options: rest.slice(0, options.length).map((title) => ({ title: line(title) })),
          },
    media_attachments: status.media_attachments.map(({ id }, place) => ({
      id,
      description: cleanLines(htmlToPlainText(rest[options.length + place] ?? ''), MOST_LINE),
    })),
    detected_source_language: from ?? status.language ?? '',
    language: to,
    provider,
  }
}

const refused = (why: string): HomebirdError => new HomebirdError('FORBIDDEN', why)
