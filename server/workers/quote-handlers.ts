/**
 * Handles quotes: finds what is quoted, reads the stamp where there is one, and asks for one where ours needs it; and tells
 * peers when the owner takes an agreement back.
 */
import { loadOwnObjects } from '../activitypub/own-notes.ts'
import type { Dereferencer } from '../activitypub/dereference.ts'
import type { QuoteAuthorizationFacts } from '../activitypub/quote-authorization.ts'
import { deleteQuoteAuthorizationActivity, quoteRequestActivity } from '../activitypub/quote-activities.ts'
import { activityUri } from '../activitypub/uris.ts'
import { assertNever } from '../core/errors.ts'
import type { Database, Transaction } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import { originOfHost } from '../domain/owner/own-uris.ts'
import { judgeQuote } from '../domain/quotes/judge-quotes.ts'
import type { quoteAuthorizationGraph } from '../domain/quotes/quote-authorization-graph.ts'
import type { quoteGraph } from '../domain/quotes/quote-graph.ts'
import {
  type StampFacts,
  findStampFacts,
  settleMissing,
  settleStamp,
} from '../domain/quotes/settle-quotes.ts'
import { tellQuoteChanges } from '../domain/quotes/tell-quotes.ts'
import { sameOrigin } from '../net/origin.ts'
import { type HandlersOf, type Verdict, again } from '../stator/graph.ts'
import { queue } from './queue.ts'

export interface QuoteHandlerParts {
  readonly db: Database
  readonly dereferencer: Pick<Dereferencer, 'readPost' | 'readQuoteAuthorization'>
  /** `/media/`, or the absolute address that own media is served under. */
  readonly mediaUrl: string
}

type Quote = Row<'quotes'>
type Settled = Verdict<'settled'>

/** What a quote may cause to be fetched: the quoted post and its author (rule 32). */
const QUOTED_LIMITS = { documents: 6, ancestors: 0, totalMs: 25_000 }

export function quoteHandlers(parts: QuoteHandlerParts): HandlersOf<typeof quoteGraph> {
  return {
    outdated: { each: async (quote) => findQuoted(parts, quote) },
    asking: {
      each: async (quote) => {
        await inTransaction(parts.db, async (tx) => askToQuote(tx, quote, parts))
        return 'settled'
      },
    },
  }
}

/** What is stored is judged at once; else the quoted post is asked for first. */
async function findQuoted(parts: QuoteHandlerParts, quote: Quote): Promise<Settled> {
  const stored = await judge(parts, quote, null)
  if (stored === undefined) return 'settled'
  if (stored.verdict !== 'unknown') return settle(parts, quote, stored.verdict)
  const reading = await parts.dereferencer.readPost(quote.quoted_uri, {
    limits: QUOTED_LIMITS,
    quoteDepth: quote.depth + 1,
  })
  switch (reading.outcome) {
    case 'found': {
      const judged = await judge(parts, quote, reading.post.id)
      return judged === undefined ? 'settled' : settle(parts, quote, judged.verdict)
    }
    case 'unavailable':
      return again({ reason: reading.reason })
    case 'gone':
    case 'missing':
    case 'refused': {
      const isGone = reading.outcome === 'gone'
      await inTransaction(parts.db, async (tx) => settleMissing(tx, quote.id, isGone))
      return { to: 'settled', note: isGone ? 'it is gone' : reading.reason }
    }
    default:
      return assertNever(reading)
  }
}

type Judged = NonNullable<Awaited<ReturnType<typeof judgeQuote>>>

async function judge({ db }: QuoteHandlerParts, quote: Quote, quotedId: string | null) {
  return inTransaction(db, async (tx) => {
    const judged = await judgeQuote(tx, quote.id, quotedId)
    if (judged?.hasChanged === true) await tellQuoteChanges(tx, [quote.post_id])
    return judged
  })
}

async function settle(parts: QuoteHandlerParts, quote: Quote, verdict: Judged['verdict']): Promise<Settled> {
  if (verdict !== 'stamped') return 'settled'
  const { db, dereferencer } = parts
  const facts = await inTransaction(db, async (tx) => findStampFacts(tx, quote.id))
  if (facts === undefined) return 'settled'
  const { authorization_uri: uri } = facts
  const settleAs = async (isGood: boolean, note: string): Promise<Settled> => {
    await inTransaction(db, async (tx) => settleStamp(tx, quote.id, uri, isGood))
    return { to: 'settled', note }
  }
  // Nobody else can agree for the author, so nobody else is asked.
  if (!sameOrigin(uri, facts.quoted_author_uri)) {
    return settleAs(false, `the stamp ${uri} is not on the origin of ${facts.quoted_author_uri}`)
  }
  const reading = await dereferencer.readQuoteAuthorization(uri)
  switch (reading.outcome) {
    case 'found': {
      const flaw = flawOf(reading.stamp, facts)
      return settleAs(flaw === null, flaw ?? 'the stamp is good')
    }
    case 'unavailable':
      return again({ reason: reading.reason })
    case 'gone':
      return settleAs(false, `the stamp ${uri} is gone`)
    case 'missing':
    case 'refused':
      return settleAs(false, reading.reason)
    default:
      return assertNever(reading)
  }
}

/** Every id must be the one that is meant (rule 69). */
function flawOf(stamp: QuoteAuthorizationFacts, facts: StampFacts): string | null {
  if (stamp.uri !== facts.authorization_uri) return `the stamp calls itself ${stamp.uri}`
  if (stamp.actorUri !== facts.quoted_author_uri) return `the stamp is by ${stamp.actorUri}`
  if (stamp.quotingUri !== facts.quoting_uri) return `the stamp is for ${stamp.quotingUri}`
  return stamp.quotedUri === facts.quoted_uri ? null : `the stamp is about ${stamp.quotedUri}`
}

async function askToQuote(tx: Transaction, quote: Quote, { mediaUrl }: QuoteHandlerParts): Promise<void> {
  const post = await tx
    .selectFrom('posts')
    .selectAll()
    .where('id', '=', quote.post_id)
    .where('is_local', '=', true)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  const { request_uri: uri, quoted_author_id: quotedAuthorId } = quote
  if (post === undefined || uri === null || quotedAuthorId === null) return
  const actors = await tx
    .selectFrom('actors')
    .select(['id', 'uri', 'host'])
    .where('id', 'in', [post.author_id, quotedAuthorId])
    .execute()
  const author = actors.find(({ id }) => id === post.author_id)
  const quotedAuthor = actors.find(({ id }) => id === quotedAuthorId)
  const quoting = (await loadOwnObjects(tx, [post], { mediaUrl })).get(post.id)
  if (author === undefined || quotedAuthor === undefined || quoting === undefined) return
  await queue(tx, {
    signer: author,
    activity: quoteRequestActivity(
      { uri, actorUri: author.uri, quotedUri: quote.quoted_uri, quoting },
      quotedAuthor.uri,
    ),
    // It carries the post, so it need not wait for the post's own Create.
    objectUri: uri,
    recipients: { actorIds: [quotedAuthorId] },
  })
}

export function quoteAuthorizationHandlers({
  db,
}: Pick<QuoteHandlerParts, 'db'>): HandlersOf<typeof quoteAuthorizationGraph> {
  return {
    revoked: {
      each: async (given) => {
        await inTransaction(db, async (tx) => tellRevoked(tx, given))
        return 'revoked_fanned_out'
      },
    },
  }
}

/** The quoter, and the owner's followers: they may have seen the quote. Blocked people too: they lose something. */
async function tellRevoked(tx: Transaction, given: Row<'quote_authorizations'>): Promise<void> {
  const facts = await tx
    .selectFrom('posts')
    .innerJoin('actors', 'actors.id', 'posts.author_id')
    .select(['posts.uri as quotedUri', 'actors.id', 'actors.uri as actorUri', 'actors.host'])
    .where('posts.id', '=', given.quoted_id)
    .executeTakeFirst()
  if (facts === undefined) return
  const { quotedUri, actorUri, id, host } = facts
  await queue(tx, {
    signer: { id, host },
    activity: deleteQuoteAuthorizationActivity(activityUri(originOfHost(host), `${given.id}-revoke`), {
      uri: given.uri,
      actorUri,
      quotingUri: given.quoting_uri,
      quotedUri,
    }),
    objectUri: given.uri,
    recipients: { actorIds: [given.quoting_actor_id], followersOf: id, evenBlocked: true },
  })
}
