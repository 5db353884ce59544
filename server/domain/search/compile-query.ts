/** From the terms of a search to what the database is asked: one `tsquery`, a stretch of ids, conditions on the posts. */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import {
  CLOSED_FACT,
  authorFact,
  carriedFact,
  hashtagFact,
  languageFact,
  mentionFact,
  qualityFact,
} from './facts.ts'
import { idsOfMark, idsOfLibrary } from './own-marks.ts'
import type { Handle, SearchTerm } from './parse-query.ts'
import type { Period } from './periods.ts'
import { quoteLexeme } from './words.ts'

export interface CompiledQuery {
  /** All of it, in PostgreSQL's notation; null for nothing but conditions. */
  readonly text: string | null
  /** What of it the index is asked for; the rest is looked up in what it finds. */
  readonly indexed: string | null
  /** Whether the index must look through all words that begin alike. */
  readonly hasBegunWord: boolean
  /** Ids of posts: from the first up to, without, the second. */
  readonly from: bigint
  readonly until: bigint | null
  /** On a row of `posts`. */
  readonly conditions: readonly RawBuilder<SqlBool>[]
  /** The few posts that it can be at all: a query for `post_id`. */
  readonly within: RawBuilder<unknown> | null
  /** Somebody is asked for by name: that the viewer has muted them does not hide them. */
  readonly namesAuthor: boolean
  /** Nothing can be found, whatever there is. */
  readonly isImpossible: boolean
}

/** Ids of the actors that a handle may mean. */
export type FoundHandles = (who: Handle) => readonly string[]

/** Fewer letters begin half of all words: where there is a whole word too, the index is asked for that alone. */
const LEAST_BEGINNING = 3

class Compiler {
  readonly #viewerId: string
  readonly #found: FoundHandles
  readonly texts: string[] = []
  readonly indexed: string[] = []
  readonly conditions: RawBuilder<SqlBool>[] = []
  within: RawBuilder<unknown> | null = null
  #hasWholeWord = false
  /** The longest: to collect all words that begin alike is dear, so it is done once. */
  #begun: { readonly text: string; readonly length: number } | null = null
  namesAuthor = false
  isImpossible = false
  from = 0n
  until: bigint | null = null

  constructor(viewerId: string, found: FoundHandles) {
    this.#viewerId = viewerId
    this.#found = found
  }

  add(term: SearchTerm): void {
    switch (term.kind) {
      case 'words':
        this.#words(term)
        break
      case 'hashtag':
        this.#fact(hashtagFact(term.name), term.isNegated)
        break
      case 'language':
        this.#fact(languageFact(term.tag), term.isNegated)
        break
      case 'quality':
        this.#fact(qualityFact(term.what), term.isNegated)
        break
      case 'author':
        this.namesAuthor ||= !term.isNegated
        this.#anyFact(this.#idsOf(term.who).map(authorFact), term.isNegated)
        break
      case 'mention':
        this.#anyFact(this.#idsOf(term.who).map(mentionFact), term.isNegated)
        break
      case 'carries':
        this.#carries(term.what, term.isNegated)
        break
      case 'mark':
        this.#within(idsOfMark(term.mark, this.#viewerId), term.isNegated)
        break
      case 'scope':
        if (term.scope === 'library') this.#within(idsOfLibrary(this.#viewerId), term.isNegated)
        else this.#public(term.isNegated)
        break
      case 'period':
        this.#period(term.period, term.isNegated)
        break
    }
  }

  writtenBy(actorId: string): void {
    this.namesAuthor = true
    this.#fact(authorFact(actorId), false)
  }

  #words({ words, isBegun, isNegated }: Extract<SearchTerm, { kind: 'words' }>): void {
    const lexemes = words.map(quoteLexeme).join(' <-> ')
    const text = `(${lexemes}${isBegun ? ':*' : ''})`
    this.#text(text, isNegated, !isBegun)
    if (isNegated) return
    if (!isBegun) this.#hasWholeWord = true
    const { length } = words.at(-1) ?? ''
    if (isBegun && length > (this.#begun?.length ?? 0)) this.#begun = { text, length }
  }

  /** The word that is only begun, if the index is to be asked for it. */
  begunWord(): string | null {
    if (this.#begun === null) return null
    return this.#hasWholeWord && this.#begun.length < LEAST_BEGINNING ? null : this.#begun.text
  }

  #text(text: string, isNegated: boolean, isIndexed = true): void {
    const signed = isNegated ? `!${text}` : text
    this.texts.push(signed)
    if (isIndexed) this.indexed.push(signed)
  }

  #fact(fact: string, isNegated: boolean): void {
    this.#text(quoteLexeme(fact), isNegated)
  }

  /** Nobody of that name wrote nothing. */
  #anyFact(facts: readonly string[], isNegated: boolean): void {
    if (facts.length > 0) this.#text(`(${facts.map(quoteLexeme).join(' | ')})`, isNegated)
    else if (!isNegated) this.isImpossible = true
  }

  #idsOf(who: 'me' | Handle): readonly string[] {
    return who === 'me' ? [this.#viewerId] : this.#found(who)
  }

  #carries(what: Extract<SearchTerm, { kind: 'carries' }>['what'], isNegated: boolean): void {
    if (what !== 'quote' && what !== 'embed') {
      this.#fact(carriedFact(what), isNegated)
      return
    }
    // The index knows that there may be one: what was agreed to, or read, since then is known to the tables.
    if (!isNegated) this.#fact(carriedFact(what === 'quote' ? 'quote' : 'link'), false)
    this.#condition(what === 'quote' ? IS_QUOTE : HAS_EMBED, isNegated)
  }

  #public(isNegated: boolean): void {
    this.#fact(CLOSED_FACT, !isNegated)
    this.#condition(sql<SqlBool>`posts.visibility = 'public'`, isNegated)
  }

  #within(ids: RawBuilder<unknown>, isNegated: boolean): void {
    if (this.within === null && !isNegated) this.within = ids
    else this.#condition(sql<SqlBool>`posts.id in (${ids})`, isNegated)
  }

  #condition(condition: RawBuilder<SqlBool>, isNegated: boolean): void {
    this.conditions.push(isNegated ? sql<SqlBool>`not (${condition})` : condition)
  }

  #period(period: Period, isNegated: boolean): void {
    const from = period.from === null ? 0n : idAt(period.from)
    const until = period.until === null ? null : idAt(period.until)
    if (isNegated) {
      const isBefore = sql<SqlBool>`posts.id < ${String(from)}::bigint`
      const isAfter =
        until === null ? sql<SqlBool>`false` : sql<SqlBool>`posts.id >= ${String(until)}::bigint`
      this.conditions.push(sql<SqlBool>`(${isBefore} or ${isAfter})`)
      return
    }
    if (from > this.from) this.from = from
    if (until !== null && (this.until === null || until < this.until)) this.until = until
  }
}

const IS_QUOTE = sql<SqlBool>`exists (
  select from quotes where quotes.post_id = posts.id and quotes.approval = 'accepted')`
const HAS_EMBED = sql<SqlBool>`exists (
  select from post_cards join cards on cards.id = post_cards.card_id
   where post_cards.post_id = posts.id and cards.fetched_at is not null and cards.kind <> 'link')`

const LAST_MS = 2 ** 47 - 1

/** The first id of a moment: ids of posts hold milliseconds in their upper bits. The database ends in the year 6429. */
export const idAt = (ms: number): bigint => BigInt(Math.min(LAST_MS, Math.max(0, Math.trunc(ms)))) << 16n

/** @param authorId  the only author, whatever the terms say; null for anybody */
export function compileQuery(
  terms: readonly SearchTerm[],
  viewerId: string,
  found: FoundHandles,
  authorId: string | null = null,
): CompiledQuery {
  const compiler = new Compiler(viewerId, found)
  if (authorId !== null) compiler.writtenBy(authorId)
  for (const term of terms) compiler.add(term)
  const { texts, from, until, conditions, within, namesAuthor, isImpossible } = compiler
  const begun = compiler.begunWord()
  const indexed = begun === null ? compiler.indexed : [...compiler.indexed, begun]
  const joined = (parts: readonly string[]): string | null => (parts.length === 0 ? null : parts.join(' & '))
  return {
    text: joined(texts),
    indexed: joined(indexed),
    hasBegunWord: begun !== null,
    from,
    until,
    conditions,
    within,
    namesAuthor,
    isImpossible,
  }
}
