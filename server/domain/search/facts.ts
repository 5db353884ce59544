/**
 * Facts of a post that are searched for like words. As lexemes they begin with a sign that no word has; what of them can be
 * undone by a reader of this home (marks, mutes, blocks) is not here but asked of its own tables.
 */
import { hashtagKey } from '../text/scan-text.ts'
import { foldText } from './words.ts'

/** What a post carries, as `has:` asks for it. */
export type Carried = 'media' | 'image' | 'video' | 'audio' | 'link' | 'poll' | 'quote'
export type Quality = 'reply' | 'sensitive'

/** PostgreSQL takes lexemes of up to 2,046 bytes. */
const MOST_NAME_CHARACTERS = 200

export const authorFact = (actorId: string): string => `=by:${actorId}`
export const mentionFact = (actorId: string): string => `=to:${actorId}`
export const carriedFact = (what: Carried): string => `=has:${what}`
export const qualityFact = (what: Quality): string => `=is:${what}`
/** What is not for everybody: the fewer ones have the fact. */
export const CLOSED_FACT = '=not:public'
export const hashtagFact = (name: string): string =>
  `#${foldText(hashtagKey(name)).slice(0, MOST_NAME_CHARACTERS)}`

/** `pt-BR` is found by itself and as Portuguese. */
export function languageFacts(language: string | null): string[] {
  if (language === null) return []
  const tag = language.toLowerCase().slice(0, 35)
  const [base = tag] = tag.split('-')
  return base === tag ? [`=in:${tag}`] : [`=in:${base}`, `=in:${tag}`]
}

export const languageFact = (tag: string): string => `=in:${tag.toLowerCase()}`
