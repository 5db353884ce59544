/**
 * What other servers are asked before activities can be judged. A batch waits a little for all of them together; whoever
 * is slower is asked on, and is waited for again when its messages come back.
 */
import { boundedMap } from '../../core/bounded-map.ts'
import { assertNever } from '../../core/errors.ts'
import type { Dereferencer, PostReading } from '../dereference.ts'
import { type MoveReader, confirmMove } from '../confirm-move.ts'
import type { JsonObject } from '../json.ts'
import type { ActivityFacts } from '../parse-activity.ts'
import type { PostFacts } from '../parse-object.ts'
import { type Want, wantKey } from './batch.ts'
import { type InboundMessage, type MessageOutcome, dropped } from './message.ts'

/** What other servers said: messages that can be judged now, actors that are gone or moved, and the rest. */
export interface Answers {
  readonly ready: InboundMessage[]
  readonly gone: Set<string>
  readonly moves: Map<string, string>
  readonly outcomes: Map<string, MessageOutcome>
}

/** With a document the message is judged again as if it had carried it. */
type Answer =
  | MessageOutcome
  | 'ready'
  | 'gone'
  | { readonly kind: 'read'; readonly document: JsonObject }
  | { readonly kind: 'moved'; readonly to: string }

const ASKED_AT_ONCE = 8
/** How long one server has to answer with everything that is needed. */
const ASK_MS = 25_000
const PATIENCE_MS = 3_000
const COME_AGAIN_SECONDS = 10
/** Ancestors of a boosted post that are fetched with it. */
const ANCESTORS = 5
const MOST_LATE = 1_000
const LATE_MS = 5 * 60_000

export interface AskParts {
  readonly dereferencer: Pick<Dereferencer, 'readDocument' | 'readPost'> & MoveReader['dereferencer']
  readonly home: MoveReader['home']
}

export class OtherServers {
  readonly #dereferencer: AskParts['dereferencer']
  readonly #home: AskParts['home']
  /** Questions whose answers came too late for the batch that asked. */
  readonly #late = boundedMap<string, Promise<Answer>>({ max: MOST_LATE, ttl: LATE_MS })

  constructor({ dereferencer, home }: AskParts) {
    this.#dereferencer = dereferencer
    this.#home = home
  }

  /** @param messages  in the order of their arrival, each with a want */
  async ask(messages: readonly InboundMessage[], wants: ReadonlyMap<string, Want>): Promise<Answers> {
    const answers: Answers = { ready: [], gone: new Set(), moves: new Map(), outcomes: new Map() }
    const asked = new Map<string, Promise<Answer>>()
    const patience = Promise.withResolvers<'late'>()
    const timer = setTimeout(() => patience.resolve('late'), PATIENCE_MS)
    const work = messages.values()
    const askInTurn = async (): Promise<void> => {
      for (const message of work) {
        const want = wants.get(message.id)
        if (want === undefined) continue
        const key = wantKey(want)
        const asking = asked.get(key) ?? this.#late.get(key) ?? this.#askFor(want)
        asked.set(key, asking)
        const answer = await Promise.race([asking, patience.promise])
        if (answer === 'late') this.#late.set(key, asking)
        else this.#late.delete(key)
        note(answers, message, want, answer)
      }
    }
    await Promise.all(Array.from({ length: ASKED_AT_ONCE }, askInTurn))
    clearTimeout(timer)
    // Whatever was quicker: they take effect in the order of their arrival.
    const places = new Map(messages.map(({ id }, place) => [id, place]))
    answers.ready.sort((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0))
    return answers
  }

  async #askFor(want: Want): Promise<Answer> {
    const { kind, uri } = want
    if (kind === 'object') return this.#readObject(uri)
    if (kind === 'move') return this.#askForMove(uri, want.targetUri)
    const answer =
      kind === 'post'
        ? await this.#readPost(want)
        : await this.#dereferencer.readActor(uri, { replacesKeys: kind === 'keys' })
    if (answer.outcome === 'unavailable') return { kind: 'again', reason: `${uri}: ${answer.reason}` }
    if (kind === 'gone') {
      if (answer.outcome === 'gone') return 'gone'
      return dropped(`${uri} does not say that it is gone`)
    }
    if (answer.outcome === 'found') return 'ready'
    return dropped(answer.outcome === 'gone' ? `${uri} is gone` : `${uri} is not read: ${answer.reason}`)
  }

  async #readPost({ uri, quoting }: Extract<Want, { kind: 'post' }>): Promise<PostReading> {
    const limits = { ancestors: quoting === undefined ? ANCESTORS : 0, totalMs: ASK_MS }
    const refusalOf = (facts: PostFacts): string | null =>
      quoting === undefined || facts.quoteUri === quoting
        ? notToBeBoosted(uri, facts)
        : `it does not quote ${quoting}`
    return this.#dereferencer.readPost(uri, { limits, refusalOf })
  }

  async #askForMove(uri: string, targetUri: string): Promise<Answer> {
    const dereferencer = this.#dereferencer
    const from = await dereferencer.readActor(uri)
    if (from.outcome === 'unavailable') return { kind: 'again', reason: `${uri}: ${from.reason}` }
    if (from.outcome !== 'found') return dropped(`${uri} cannot be read`)
    const move = await confirmMove({ dereferencer, home: this.#home }, from.actor, targetUri)
    if (move.outcome === 'confirmed') return { kind: 'moved', to: move.target.uri }
    return move.outcome === 'unavailable' ? { kind: 'again', reason: move.reason } : dropped(move.reason)
  }

  async #readObject(uri: string): Promise<Answer> {
    const answer = await this.#dereferencer.readDocument(uri)
    switch (answer.outcome) {
      case 'found':
        return { kind: 'read', document: answer.document }
      case 'unavailable':
        return { kind: 'again', reason: `${uri}: ${answer.reason}` }
      case 'gone':
        return dropped(`${uri} is gone`)
      case 'missing':
      case 'refused':
        return dropped(`${uri} is not read: ${answer.reason}`)
      default:
        return assertNever(answer)
    }
  }
}

/** What is boosted is for everybody, and is what its address says; anything else is not even stored (rule 29). */
function notToBeBoosted(uri: string, facts: PostFacts): string | null {
  if (facts.uri !== uri) return `it is ${facts.uri}`
  return facts.visibility === 'public' || facts.visibility === 'unlisted' ? null : 'it is not for everybody'
}

function carrying(activity: ActivityFacts, object: JsonObject): ActivityFacts {
  return { ...activity, object, objects: [object] }
}

function note(answers: Answers, message: InboundMessage, want: Want, answer: Answer | 'late'): void {
  if (typeof answer === 'object' && answer.kind === 'moved') {
    answers.moves.set(wantKey(want), answer.to)
    answers.ready.push(message)
    return
  }
  if (answer === 'gone') answers.gone.add(want.uri)
  if (answer === 'gone' || answer === 'ready') answers.ready.push(message)
  else if (answer === 'late') {
    const reason = `${want.uri} has not answered yet`
    answers.outcomes.set(message.id, { kind: 'again', reason, afterSeconds: COME_AGAIN_SECONDS })
  } else if (answer.kind === 'read') {
    answers.ready.push({ ...message, activity: carrying(message.activity, answer.document) })
  } else answers.outcomes.set(message.id, answer)
}
