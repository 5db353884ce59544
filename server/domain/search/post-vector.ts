/**
 * What a post is found by, as a `tsvector` in PostgreSQL's own notation: its words with their places, so that phrases are
 * found, and its facts. Nothing is left for PostgreSQL's parser to cut or to fold.
 */
import type { Row, Visibility } from '../../db/tables.ts'
import { cardLinkOf } from '../cards/card-link.ts'
import {
  CLOSED_FACT,
  type Carried,
  authorFact,
  carriedFact,
  hashtagFact,
  languageFacts,
  mentionFact,
  qualityFact,
} from './facts.ts'
import { MOST_WORDS, cutWords, quoteLexeme } from './words.ts'

export interface SearchedPost {
  readonly authorId: string
  readonly title: string | null
  readonly summary: string
  readonly contentText: string
  readonly contentHtml: string
  readonly isSensitive: boolean
  readonly isReply: boolean
  readonly visibility: Visibility
  readonly language: string | null
  readonly hashtags: readonly string[]
  /** Those it names; whoever is addressed silently is not searched for. */
  readonly mentionedIds: readonly string[]
  readonly attachments: ReadonlyArray<Pick<Row<'attachments'>, 'kind' | 'description'>>
  /** Of its poll; null without one. */
  readonly options: readonly string[] | null
  readonly isQuote: boolean
  readonly card: { readonly title: string; readonly description: string } | null
}

/** Phrases do not reach from one text of a post into the next. */
const GAP = 10
/** PostgreSQL keeps this many places of one lexeme. */
const MOST_PLACES = 255
/** Of all words with their places, at three bytes a letter: a vector may have 1 MiB, and some characters make many letters. */
const MOST_BYTES = 900_000
const PLACE_BYTES = 8

export function vectorOf(post: SearchedPost): string {
  const places = new Map<string, number[]>()
  let place = 0
  let bytes = 0
  for (const text of textsOf(post)) {
    for (const { word, parts } of cutWords(text)) {
      place += 1
      bytes += bytesOf(word) + parts.reduce((sum, part) => sum + bytesOf(part), 0)
      if (place > MOST_WORDS || bytes > MOST_BYTES) break
      notePlace(places, word, place)
      for (const part of parts) notePlace(places, part, place)
    }
    place += GAP
  }
  // Words are letters, numbers and emoji: there is nothing in them to be quoted.
  const words = [...places].map(([word, at]) => `'${word}':${at.join(',')}`)
  return [...words, ...factsOf(post).map(quoteLexeme)].join(' ')
}

const bytesOf = (word: string): number => word.length * 3 + PLACE_BYTES

function notePlace(places: Map<string, number[]>, word: string, place: number): void {
  const known = places.get(word)
  if (known === undefined) places.set(word, [place])
  else if (known.length < MOST_PLACES) known.push(place)
}

function textsOf(post: SearchedPost): string[] {
  const texts = [
    post.title,
    post.summary,
    post.contentText,
    ...(post.options ?? []),
    ...post.attachments.map(({ description }) => description),
    post.card?.title,
    post.card?.description,
  ]
  return texts.filter((text): text is string => typeof text === 'string' && text !== '')
}

function factsOf(post: SearchedPost): string[] {
  return [
    authorFact(post.authorId),
    ...post.mentionedIds.map(mentionFact),
    ...post.hashtags.map(hashtagFact),
    ...languageFacts(post.language),
    ...[...carriedBy(post)].map(carriedFact),
    ...(post.visibility === 'public' ? [] : [CLOSED_FACT]),
    ...(post.isReply ? [qualityFact('reply')] : []),
    ...(post.isSensitive ? [qualityFact('sensitive')] : []),
  ]
}

function carriedBy(post: SearchedPost): Set<Carried> {
  const carried = new Set<Carried>()
  for (const { kind } of post.attachments) {
    carried.add('media')
    if (kind === 'image' || kind === 'audio') carried.add(kind)
    if (kind === 'video' || kind === 'gifv') carried.add('video')
  }
  if (post.options !== null) carried.add('poll')
  if (post.isQuote) carried.add('quote')
  if (post.card !== null || cardLinkOf(post.contentHtml, () => true) !== null) carried.add('link')
  return carried
}
