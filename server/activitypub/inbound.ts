/**
 * What received activities mean: a whole claim of messages is looked up together, put in order, and takes effect in one
 * transaction with a few statements for each kind. Whatever needs another server waits until the others are done.
 */
import { boundedMap } from '../core/bounded-map.ts'
import type { Config } from '../core/config.ts'
import type { Clock } from '../core/clock.ts'
import { describeError } from '../core/errors.ts'
import type { Logger } from '../core/log.ts'
import type { Database } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import { closeBreakers } from '../domain/fan-outs/breaker.ts'
import { meetPeers } from '../domain/peers/peer.ts'
import type { Home } from '../domain/owner/home.ts'
import type { Dereferencer } from './dereference.ts'
import { handleAccepts, handleRejects } from './inbound/answer.ts'
import { handleAnnounces } from './inbound/announce.ts'
import { OtherServers } from './inbound/ask-others.ts'
import { Batch, type Confirmed } from './inbound/batch.ts'
import { handleBlocks } from './inbound/block.ts'
import { handleCreates } from './inbound/create.ts'
import { handleDeletes } from './inbound/delete.ts'
import { handleAdds, handleRemoves } from './inbound/featured.ts'
import { compareClaims } from './inbound/follow-claims.ts'
import { handleFlags } from './inbound/flag.ts'
import { handleFollows } from './inbound/follow.ts'
import {
  type HandledType,
  type InboundMessage,
  type MessageOutcome,
  dropped,
  readMessage,
} from './inbound/message.ts'
import { handleMoves } from './inbound/move.ts'
import { handleQuoteRequests } from './inbound/quote-request.ts'
import { handleReactions } from './inbound/reaction.ts'
import { handleUndos } from './inbound/undo.ts'
import { handleUpdates } from './inbound/update.ts'
import { type Judged, Proofs } from './inbound/proofs.ts'
import { wavesOf } from './inbound/waves.ts'

export interface InboundParts {
  readonly db: Database
  readonly home: Home
  readonly dereferencer: Dereferencer
  readonly clock: Clock
  readonly log: Logger
  /** How old the profile of somebody who speaks may be; a day unless said. */
  readonly config?: Pick<Config, 'actorMaxAge'>
}

type Handle = (batch: Batch, messages: readonly InboundMessage[]) => Promise<void>

/** One handler for each type, in the order in which they run within a wave. */
const HANDLERS: Readonly<Record<HandledType, Handle>> = {
  Follow: handleFollows,
  Accept: handleAccepts,
  Reject: handleRejects,
  Block: handleBlocks,
  Move: handleMoves,
  Create: handleCreates,
  QuoteRequest: handleQuoteRequests,
  Announce: handleAnnounces,
  Add: handleAdds,
  Remove: handleRemoves,
  Like: handleReactions,
  EmojiReact: handleReactions,
  Update: handleUpdates,
  Delete: handleDeletes,
  Undo: handleUndos,
  Flag: handleFlags,
}

const TYPES = Object.keys(HANDLERS) as HandledType[]

const NOTHING_CONFIRMED: Confirmed = { gone: new Set(), moves: new Map() }

const MOST_HOSTS = 10_000
const HEARD_MS = 10_000

type Outcomes = Map<string, MessageOutcome>

export class Inbound {
  readonly #parts: InboundParts
  readonly #others: OtherServers
  readonly #proofs: Proofs
  /** Hosts that have a row, as far as this process remembers. */
  readonly #met = boundedMap<string, true>({ max: MOST_HOSTS })
  /** Hosts that were heard a moment ago. */
  readonly #heard = boundedMap<string, true>({ max: MOST_HOSTS, ttl: HEARD_MS })

  constructor(parts: InboundParts) {
    this.#parts = parts
    this.#others = new OtherServers(parts)
    this.#proofs = new Proofs(parts)
  }

  /**
   * Safe to run twice for the same message. A throw means that nothing of the transaction under way was kept.
   * @returns an outcome for each row
   */
  async process(rows: readonly Row<'inbox_messages'>[]): Promise<Outcomes> {
    const outcomes: Outcomes = new Map()
    const messages: InboundMessage[] = []
    for (const row of rows.toSorted((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1))) {
      const message = readMessage(row)
      if (typeof message === 'string') outcomes.set(row.id, dropped(message))
      else if (this.#parts.home.isBlockedDomain(row.host))
        outcomes.set(row.id, dropped(`${row.host} is blocked`))
      else messages.push(message)
    }
    const judged = await this.#proofs.judge(messages)
    const first = await this.#run(judged, outcomes, NOTHING_CONFIRMED)
    await this.#meet(first, messages)
    await this.#hear(messages)
    const wants = new Map([...first.wants, ...judged.wants])
    if (wants.size === 0) return first.outcomes
    const waiting = messages.filter(({ id }) => wants.has(id))
    const answers = await this.#others.ask(waiting, wants)
    const again = await this.#proofs.judgeAgain(answers.ready)
    const second = await this.#run(again, answers.outcomes, answers)
    for (const { id } of answers.ready) {
      // What was fetched is gone again, or another server is needed on top: another time.
      if (!second.outcomes.has(id)) second.outcomes.set(id, { kind: 'again', reason: 'more has to be asked' })
    }
    return new Map([...first.outcomes, ...second.outcomes])
  }

  /** @param known  outcomes that are settled, to be noted in the same transaction */
  async #run(
    { messages, dropped: unproved, verdicts }: Judged,
    known: ReadonlyMap<string, MessageOutcome>,
    confirmed: Confirmed,
  ): Promise<Batch> {
    const { db, home, clock, config } = this.#parts
    return inTransaction(db, async (tx) => {
      const now = clock.now()
      const batch = new Batch({
        tx,
        home,
        now,
        confirmed,
        messages,
        proofs: verdicts,
        actorMaxAge: config?.actorMaxAge,
      })
      for (const [id, outcome] of [...known, ...unproved]) batch.outcomes.set(id, outcome)
      await batch.loadSigners(messages.map(({ signerUri }) => signerUri))
      for (const wave of wavesOf(messages.filter((message) => isFromKnown(batch, message)))) {
        await batch.loadRelations(wave.map(({ signerUri }) => signerUri))
        for (const type of TYPES) {
          const members = wave.filter(({ activity }) => activity.type === type)
          if (members.length > 0) await HANDLERS[type](batch, members)
        }
        await batch.flush()
      }
      await compareClaims(batch, messages)
      await batch.finish()
      return batch
    })
  }

  /** Whoever speaks is there: what waited for an answer of theirs is due. Asked once in a while for each server. */
  async #hear(messages: readonly InboundMessage[]): Promise<void> {
    const hosts = [...new Set(messages.map(({ host }) => host))].filter((host) => !this.#heard.has(host))
    try {
      await closeBreakers(this.#parts.db, hosts)
    } catch (error) {
      // What they sent is handled all the same, and the next of theirs says it again.
      this.#parts.log.warn({ event: 'inbox.life_not_noted', hosts, error: describeError(error) })
      return
    }
    for (const host of hosts) this.#heard.set(host, true)
  }

  /** Servers that sent something of interest get a row, so that the worker finds out what they run. */
  async #meet({ outcomes }: Batch, messages: readonly InboundMessage[]): Promise<void> {
    const hosts = messages
      .filter(({ id, host }) => outcomes.get(id)?.kind === 'processed' && !this.#met.has(host))
      .map(({ host }) => host)
    await meetPeers(this.#parts.db, [...new Set(hosts)])
    for (const host of hosts) this.#met.set(host, true)
  }
}

/** Without a row for the signer there is nothing to act upon: its origin is asked first. */
function isFromKnown(batch: Batch, message: InboundMessage): boolean {
  const { signerUri, activity } = message
  const signer = batch.actors.get(signerUri)
  if (signer?.is_domain_blocked === true) {
    batch.drop(message, `${signerUri} is of a blocked domain`)
    return false
  }
  if (signer !== undefined && signer.gone_at === null && !signer.is_local) return true
  if (signer !== undefined) batch.drop(message, `${signerUri} is gone`)
  else if (activity.type === 'Delete') batch.drop(message, `${signerUri} was never here`)
  else batch.ask(message, { kind: 'actor', uri: signerUri })
  return false
}
