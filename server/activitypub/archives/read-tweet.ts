/** A post out of an archive of X. It says neither whose it is nor for whom it was: what is in there was public. */
import type { ArchivedFile, ArchivedHashtag } from '../../domain/archives/archived-post.ts'
import { cleanLine, cleanLines } from '../../domain/text/clean-text.ts'
import { composeHtml } from '../../domain/text/compose-html.ts'
import { decodeEntities } from '../../domain/text/escape-html.ts'
import { normalizeLanguage } from '../../domain/text/language.ts'
import { type JsonObject, asArray, flagOf, isObject, numberOf, textOf, webUrlOf } from '../json.ts'
import type { ArchiveItem } from './archive-item.ts'

const MOST_FILES = 20
const MOST_NAMED = 64
const MOST_LENGTH = 100_000

export function readTweet(tweet: JsonObject): ArchiveItem {
  const id = textOf(tweet['id_str']) ?? textOf(tweet['id']) ?? ''
  if (!/^\d{1,20}$/.test(id))
    return { kind: 'flawed', subject: 'a post without number', reason: 'has no address' }
  const text = textOf(tweet['full_text']) ?? ''
  if (flagOf(tweet['retweeted']) || /^RT @\w+:/.test(text)) return { kind: 'passed_over' }
  const page = pageOf(id)
  const publishedAt = momentOf(tweet['created_at'])
  if (publishedAt === null) return { kind: 'flawed', subject: page, reason: 'says no date' }
  const parent = textOf(tweet['in_reply_to_status_id_str']) ?? ''
  const media = mediaOf(tweet)
  return {
    kind: 'post',
    post: {
      links: [page, `https://x.com/i/web/status/${id}`],
      page,
      authorUri: null,
      publishedAt,
      editedAt: null,
      visibility: 'public',
      contentHtml: composeHtml(cleanLines(plainText(tweet, text, media), MOST_LENGTH).trim()),
      summary: '',
      isSensitive: flagOf(tweet['possibly_sensitive']),
      language: normalizeLanguage(textOf(tweet['lang'])),
      inReplyTo: /^\d{1,20}$/.test(parent) ? pageOf(parent) : null,
      mentionedUris: [],
      hashtags: hashtagsOf(tweet),
      files: media.flatMap((item) => fileOf(id, item)).slice(0, MOST_FILES),
    },
  }
}

const pageOf = (id: string): string => `https://twitter.com/i/web/status/${id}`

/** `Wed Oct 10 20:19:24 +0000 2018`. */
const MOMENT = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d:\d\d:\d\d) \+0000 (\d{4})$/
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec'

function momentOf(value: unknown): Date | null {
  const [, month = '', day, time, year] = MOMENT.exec(textOf(value) ?? '') ?? []
  const number = MONTHS.indexOf(month) / 3 + 1
  if (month === '' || !Number.isInteger(number) || number < 1) return null
  const date = new Date(`${year}-${String(number).padStart(2, '0')}-${day}T${time}Z`)
  return Number.isNaN(date.getTime()) ? null : date
}

/** Without the addresses that X put in place of others, and of the files that are attached here. */
function plainText(tweet: JsonObject, raw: string, media: readonly JsonObject[]): string {
  let text = raw
  for (const link of listed(tweet['entities'], 'urls')) {
    const [short, whole] = [textOf(link['url']), webUrlOf(link['expanded_url'])]
    if (short !== null && short !== '' && whole !== null) text = text.replaceAll(short, () => whole)
  }
  for (const item of media) {
    const short = textOf(item['url'])
    if (short !== null && short !== '') text = text.replaceAll(short, '')
  }
  return decodeEntities(text)
}

function listed(value: unknown, key: string): JsonObject[] {
  return isObject(value) ? asArray(value[key]).filter(isObject).slice(0, MOST_NAMED) : []
}

function mediaOf(tweet: JsonObject): JsonObject[] {
  const extended = listed(tweet['extended_entities'], 'media')
  return extended.length > 0 ? extended : listed(tweet['entities'], 'media')
}

/** Files lie in one folder, each named after its post and the end of its address. */
function fileOf(id: string, item: JsonObject): ArchivedFile[] {
  const address = videoOf(item) ?? textOf(item['media_url_https']) ?? ''
  const name = URL.parse(address)?.pathname.split('/').at(-1) ?? ''
  if (name === '') return []
  const description = cleanLines(textOf(item['ext_alt_text']) ?? '', MOST_LENGTH).trim()
  return [{ source: `tweets_media/${id}-${name}`, description, focus: null }]
}

/** The best there is of a video. */
function videoOf(item: JsonObject): string | null {
  const variants = listed(item['video_info'], 'variants').filter(
    (variant) => variant['content_type'] === 'video/mp4',
  )
  const rate = (variant: JsonObject): number => numberOf(variant['bitrate'], 0, 1e9) ?? 0
  return textOf(variants.toSorted((a, b) => rate(b) - rate(a))[0]?.['url'])
}

function hashtagsOf(tweet: JsonObject): ArchivedHashtag[] {
  return listed(tweet['entities'], 'hashtags').flatMap((tag) => {
    const name = cleanLine(textOf(tag['text']) ?? '', 200)
    return name === '' || /[\s<>"'`&/\\?#%]/.test(name) ? [] : [{ name, href: null }]
  })
}
