/**
 * What received activities mean: a whole claim of messages is looked up together, put in order, and takes effect in one
 * transaction with a few statements for each kind. Whatever needs another server waits until the others are done.
 */
import { LRUCache } from 'lru-cache'
import type { Clock } from '../core/clock.ts'
import type { Logger } from '../core/log.ts'
import type { Database } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import { closeBreakers } from '../domain/fan-outs/breaker.ts'
import { meetPeers } from '../domain/peers/peer.ts'
import type { Home } from '../domain/owner/home.ts'
import type { ActorReading, Dereferencer, PostReading } from './dereference.ts'
import { handleAccepts, handleRejects } from './inbound/answer.ts'
import { handleAnnounces } from './inbound/announce.ts'
import { Batch, type Want } from './inbound/batch.ts'
import { handleBlocks } from './inbound/block.ts'
import { handleCreates } from './inbound/create.ts'
import { handleDeletes } from './inbound/delete.ts'
import { handleFollows } from './inbound/follow.ts'
import { handleLikes } from './inbound/like.ts'
import {
  type HandledType,
  type InboundMessage,
  type MessageOutcome,
  dropped,
  readMessage,
} from './inbound/message.ts'
import { handleUndos } from './inbound/undo.ts'
import { handleUpdates } from './inbound/update.ts'
import { wavesOf } from './inbound/waves.ts'
import type { PostFacts } from './parse-object.ts'

export interface InboundParts {
  readonly db: Database
  readonly home: Home
  readonly dereferencer: Dereferencer
  readonly clock: Clock
  readonly log: Logger
}

type Handle = (batch: Batch, messages: readonly InboundMessage[]) => Promise<void>

/** One handler for each type, in the order in which they run within a wave. */
const HANDLERS: Readonly<Record<HandledType, Handle>> = {
  Follow: handleFollows,
  Accept: handleAccepts,
  Reject: handleRejects,
  Block: handleBlocks,
  Create: handleCreates,
  Announce: handleAnnounces,
  Like: handleLikes,
  Update: handleUpdates,
  Delete: handleDeletes,
  Undo: handleUndos,
}

const TYPES = Object.keys(HANDLERS) as HandledType[]

/** How many other servers are asked at once for one batch, and how long each of them has to answer. */
const ASKED_AT_ONCE = 8
const ASK_MS = 25_000
/** How long a batch waits for them: whoever is slower is asked on, and its messages come again. */
const PATIENCE_MS = 3_000
const COME_AGAIN_SECONDS = 10
/** Ancestors of a boosted post that are fetched with it. */
const ANCESTORS = 5
const MOST_MET_HOSTS = 10_000

type Outcomes = Map<string, MessageOutcome>

/** What other servers said: messages that can be judged now, actors that are gone, and the rest. */
interface Answers {
  readonly ready: InboundMessage[]
  readonly gone: Set<string>
  readonly outcomes: Outcomes
}

export class Inbound {
  readonly #parts: InboundParts
  /** Hosts that have a row, as far as this process remembers. */
  readonly #met = new LRUCache<string, true>({ max: MOST_MET_HOSTS })

  constructor(parts: InboundParts) {
    this.#parts = parts
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
    const first = await this.#run(messages, outcomes, new Set())
    await this.#meet(first, messages)
    // Whoever speaks is there: what waited for an answer of theirs is due.
    await closeBreakers(this.#parts.db, [...new Set(messages.map(({ host }) => host))])
    if (first.wants.size === 0) return first.outcomes
    const answers = await this.#ask(messages, first.wants)
    const second = await this.#run(answers.ready, answers.outcomes, answers.gone)
    for (const { id } of answers.ready) {
      // What was fetched is gone again, or another server is needed on top: another time.
      if (!second.outcomes.has(id)) second.outcomes.set(id, { kind: 'again', reason: 'more has to be asked' })
    }
    return new Map([...first.outcomes, ...second.outcomes])
  }

  /** @param known  outcomes that are settled, to be noted in the same transaction */
  async #run(
    messages: readonly InboundMessage[],
    known: ReadonlyMap<string, MessageOutcome>,
    confirmedGone: ReadonlySet<string>,
  ): Promise<Batch> {
    const { db, home, clock } = this.#parts
    return inTransaction(db, async (tx) => {
      const batch = new Batch({ tx, home, now: clock.now(), confirmedGone })
      for (const [id, outcome] of known) batch.outcomes.set(id, outcome)
      await batch.loadSigners(messages.map(({ signerUri }) => signerUri))
      for (const wave of wavesOf(messages.filter((message) => isFromKnown(batch, message)))) {
        await batch.loadRelations(wave.map(({ signerUri }) => signerUri))
        for (const type of TYPES) {
          const members = wave.filter(({ activity }) => activity.type === type)
          if (members.length > 0) await HANDLERS[type](batch, members)
        }
        await batch.flush()
      }
      await batch.finish()
      return batch
    })
  }

  /** Servers that sent something of interest get a row, so that the worker finds out what they run. */
  async #meet({ outcomes }: Batch, messages: readonly InboundMessage[]): Promise<void> {
    const hosts = messages
      .filter(({ id, host }) => outcomes.get(id)?.kind === 'processed' && !this.#met.has(host))
      .map(({ host }) => host)
    await meetPeers(this.#parts.db, [...new Set(hosts)])
    for (const host of hosts) this.#met.set(host, true)
  }

  async #ask(messages: readonly InboundMessage[], wants: ReadonlyMap<string, Want>): Promise<Answers> {
    const answers: Answers = { ready: [], gone: new Set(), outcomes: new Map() }
    const asked = new Map<string, Promise<MessageOutcome | 'ready' | 'gone'>>()
    const waiting = messages.filter(({ id }) => wants.has(id))
    const answerTo = async (message: InboundMessage): Promise<void> => {
      const want = wants.get(message.id)
      if (want === undefined) return
      const key = `${want.kind} ${want.uri}`
      const asking = asked.get(key) ?? this.#askFor(want)
      asked.set(key, asking)
      const answer = await Promise.race([asking, patience])
      if (answer === 'gone') answers.gone.add(want.uri)
      if (answer === 'gone' || answer === 'ready') answers.ready.push(message)
      else answers.outcomes.set(message.id, answer)
    }
    const patience = slow(want => want)
    const work = waiting.values()
    const askInTurn = async (): Promise<void> => {
      for (const message of work) await answerTo(message)
    }
    await Promise.all(Array.from({ length: ASKED_AT_ONCE }, askInTurn))
    // Whatever was quicker: they take effect in the order of their arrival.
    answers.ready.sort((a, b) => waiting.indexOf(a) - waiting.indexOf(b))
    return answers
  }

  async #askFor({ kind, uri }: Want): Promise<MessageOutcome | 'ready' | 'gone'> {
    const { dereferencer } = this.#parts
    const limits = { ancestors: ANCESTORS, totalMs: ASK_MS }
    const answer: ActorReading | PostReading =
      kind === 'post'
        ? await dereferencer.readPost(uri, { limits, refusalOf: (facts) => notToBeBoosted(uri, facts) })
        : await dereferencer.readActor(uri)
    if (answer.outcome === 'unavailable') return { kind: 'again', reason: `${uri}: ${answer.reason}` }
    if (kind === 'gone') {
      if (answer.outcome === 'gone') return 'gone'
      return dropped(`${uri} does not say that it is gone`)
    }
    if (answer.outcome === 'found') return 'ready'
    return dropped(answer.outcome === 'gone' ? `${uri} is gone` : `${uri} is not read: ${answer.reason}`)
  }
}

/** What is boosted is for everybody, and is what its address says; anything else is not even stored (rule 29). */
function notToBeBoosted(uri: string, facts: PostFacts): string | null {
  if (facts.uri !== uri) return `it is ${facts.uri}`
  return facts.visibility === 'public' || facts.visibility === 'unlisted' ? null : 'it is not for everybody'
}

/** Without a row for the signer there is nothing to act upon: its origin is asked first. */
function isFromKnown(batch: Batch, message: InboundMessage): boolean {
  const { signerUri, activity } = message
  const signer = batch.actors.get(signerUri)
  if (signer !== undefined && signer.gone_at === null && !signer.is_local) return true
  if (signer !== undefined) batch.drop(message, `${signerUri} is gone`)
  else if (activity.type === 'Delete') batch.drop(message, `${signerUri} was never here`)
  else batch.ask(message, { kind: 'actor', uri: signerUri })
  return false
}
