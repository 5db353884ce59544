/** The `tag` array that posts and actors share: mentions, hashtags, custom emoji, and links to quoted posts. */
import { cleanLine } from '../domain/text/clean-text.ts'
import { asArray, dateOf, isObject, isUri, linksOf, mediaTypeOf, textOf, typeOf } from './json.ts'
import type { JsonObject } from './json.ts'

/** Security rule 31. */
const MAX_TAGS = 64
const MAX_SHORTCODE_LENGTH = 128
const MAX_HASHTAG_LENGTH = 200
/** What ends a hashtag wherever one is written: blanks, and the signs of markup and of addresses. */
const NO_HASHTAG = /[\s<>"'`&/\\?#%]/
/** Letters, digits and underscores of any script, with the signs that emoji packs use inside. */
const SHORTCODE = /^[\p{L}\p{N}_][\p{L}\p{N}_.+-]*$/u

export interface MentionFact {
  /** Id of the mentioned actor. */
  readonly href: string
  /** As shown, such as `@ana@home.example`; may be empty. */
  readonly name: string
}

export interface HashtagFact {
  /** As written, without `#`. */
  readonly name: string
  readonly href: string | null
}

export interface EmojiFact {
  /** Without colons. */
  readonly shortcode: string
  readonly url: string
  /** Id of the emoji; several servers give none. */
  readonly uri?: string
  /** When its picture was changed last, ISO 8601, where it is told. */
  readonly updatedAt?: string
}

export interface TagFacts {
  readonly mentions: readonly MentionFact[]
  readonly hashtags: readonly HashtagFact[]
  readonly emojis: readonly EmojiFact[]
  /** Object links (FEP-e232) that say they are quotes, or say nothing else. */
  readonly quoteUri: string | null
}

export function parseTags(value: unknown): TagFacts {
  const mentions = new Map<string, MentionFact>()
  const hashtags = new Map<string, HashtagFact>()
  const emojis = new Map<string, EmojiFact>()
  let quoteUri: string | null = null
  for (const tag of asArray(value).slice(0, MAX_TAGS)) {
    if (!isObject(tag)) continue
    switch (typeOf(tag) ?? '') {
      case 'Mention':
        addMention(mentions, tag)
        break
      case 'Hashtag':
      case 'as:Hashtag':
        addHashtag(hashtags, tag)
        break
      case 'Emoji':
      case 'toot:Emoji':
        addEmoji(emojis, tag)
        break
      case 'Link':
        quoteUri ??= quoteLinkOf(tag)
        break
      default:
    }
  }
  return {
    mentions: [...mentions.values()],
    hashtags: [...hashtags.values()],
    emojis: [...emojis.values()],
    quoteUri,
  }
}

function addMention(mentions: Map<string, MentionFact>, tag: JsonObject): void {
  const { href } = tag
  if (isUri(href) && !mentions.has(href))
    mentions.set(href, { href, name: cleanLine(textOf(tag['name']) ?? '', 500) })
}

function addHashtag(hashtags: Map<string, HashtagFact>, tag: JsonObject): void {
  const name = cleanLine(textOf(tag['name']) ?? '', MAX_HASHTAG_LENGTH + 1).replace(/^[#＃]+/, '')
  const key = name.normalize('NFKC').toLowerCase()
  if (name === '' || NO_HASHTAG.test(name) || hashtags.has(key)) return
  hashtags.set(key, { name, href: linksOf(tag['href'])[0]?.href ?? null })
}

function addEmoji(emojis: Map<string, EmojiFact>, tag: JsonObject): void {
  const shortcode = (textOf(tag['name']) ?? '').trim().replace(/^:|:$/g, '')
  if (shortcode.length > MAX_SHORTCODE_LENGTH || !SHORTCODE.test(shortcode) || emojis.has(shortcode)) return
  const url = linksOf(tag['icon'])[0]?.href
  if (url?.startsWith('https://') !== true) return
  const { id } = tag
  const updatedAt = dateOf(tag['updated'])?.toISOString()
  emojis.set(shortcode, {
    shortcode,
    url,
    ...(isUri(id) ? { uri: id } : {}),
    ...(updatedAt === undefined ? {} : { updatedAt }),
  })
}

const MISSKEY_QUOTE = /[#/]_misskey_quote$/

function quoteLinkOf(tag: JsonObject): string | null {
  const mediaType = mediaTypeOf(tag['mediaType'])
  const isObjectLink = mediaType === 'application/activity+json' || mediaType === 'application/ld+json'
  if (!isObjectLink || !isUri(tag['href'])) return null
  const relations = asArray(tag['rel'])
  const isQuote = relations.length === 0 || relations.some((relation) => isQuoteRelation(relation))
  return isQuote ? tag['href'] : null
}

function isQuoteRelation(relation: unknown): boolean {
  return (
    typeof relation === 'string' &&
    (relation === 'quote' || MISSKEY_QUOTE.test(relation) || relation.endsWith('#quoteUrl'))
  )
}
