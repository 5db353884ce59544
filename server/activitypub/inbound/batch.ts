/** What one batch of activities has in common: the transaction, what was looked up for all, what they cause. */
import type { Transaction } from '../../db/pool.ts'
import type { ProofVerdict } from '../../db/tables.ts'
import { type ActorReference, findActorReferences } from '../../domain/actors/actor.ts'
import { refreshStaleActors } from '../../domain/actors/actor-freshness.ts'
import { isIdentity, listActorsAndIdentities } from '../../domain/actors/identity-references.ts'
import { type Finding, noteFindings } from '../../domain/inbox/receive-messages.ts'
import type { NotificationDraft } from '../../domain/notifications/create-notifications.ts'
import { tellNotifications } from '../../domain/notifications/tell-notifications.ts'
import type { Home } from '../../domain/owner/home.ts'
import { type PostReference, findPostReferences } from '../../domain/posts/find-remote.ts'
import { completeBeginnings } from '../../domain/threads/ask-for-thread.ts'
import { type Relation, listRelations } from '../../domain/timelines/list-relations.ts'
import { type StreamChange, publishToStreams } from '../../domain/timelines/stream-notices.ts'
import type { InboundMessage, MessageOutcome } from './message.ts'
import { PROCESSED, dropped } from './message.ts'

/** What has to be asked of another server before an activity can be judged. */
export type Want =
  /** With `quoting`, a post that quotes this one, or none; what it answers is of no interest then. */
  | { readonly kind: 'post'; readonly uri: string; readonly quoting?: string }
  | { readonly kind: 'actor'; readonly uri: string }
  /** What an activity names and does not carry: it is judged again with it. */
  | { readonly kind: 'object'; readonly uri: string }
  /** Whether the actor is really gone. */
  | { readonly kind: 'gone'; readonly uri: string }
  /** Whether the actor has moved to the target, and the target says so too. */
  | { readonly kind: 'move'; readonly uri: string; readonly targetUri: string }
  /** The keys of an actor as they are now, after a proof did not hold with those that are stored. */
  | { readonly kind: 'keys'; readonly uri: string }

/** What was asked, in one word. */
export function wantKey(want: Want): string {
  const more = want.kind === 'move' ? want.targetUri : want.kind === 'post' ? want.quoting : undefined
  return `${want.kind} ${want.uri}${more === undefined ? '' : ` ${more}`}`
}

/** What other servers have confirmed since a batch asked. */
export interface Confirmed {
  /** Actors whose origin says that they are gone. */
  readonly gone: ReadonlySet<string>
  /** Moves by the key of their want, with the actor where each ends. */
  readonly moves: ReadonlyMap<string, string>
}

export interface BatchParts {
  readonly tx: Transaction
  readonly home: Home
  readonly now: Date
  readonly confirmed: Confirmed
  readonly messages: readonly InboundMessage[]
  readonly proofs: ReadonlyMap<string, ProofVerdict>
  /** How old the profile of somebody who speaks may be; a day unless said. */
  readonly actorMaxAge: number | undefined
}

export class Batch {
  readonly tx: Transaction
  readonly home: Home
  readonly now: Date
  readonly confirmed: Confirmed
  readonly outcomes = new Map<string, MessageOutcome>()
  readonly wants = new Map<string, Want>()
  /** What became of the proofs inside of messages, by id of the message. */
  readonly proofs: ReadonlyMap<string, ProofVerdict>
  /** Ids of posts for somebody here that answer what is not known; nobody waits for that. */
  readonly beginnings = new Set<string>()
  /** Known actors and posts, by URI, as far as the batch names them. */
  readonly actors = new Map<string, ActorReference>()
  readonly posts = new Map<string, PostReference>()
  identities: readonly ActorReference[] = []
  #relations: readonly Relation[] = []
  #drafts: NotificationDraft[] = []
  #changes: StreamChange[] = []
  readonly #attempts: ReadonlyMap<string, number>
  readonly #spoke = new Map<string, ActorReference>()
  readonly #actorMaxAge: number | undefined

  constructor(parts: BatchParts) {
    this.tx = parts.tx
    this.home = parts.home
    this.now = parts.now
    this.confirmed = parts.confirmed
    this.proofs = parts.proofs
    this.#actorMaxAge = parts.actorMaxAge
    this.#attempts = new Map(parts.messages.map(({ id, attempts }) => [id, attempts]))
  }

  drop(message: InboundMessage, reason: string): void {
    this.outcomes.set(message.id, dropped(reason))
  }

  /** Puts a message off until another server has answered. */
  ask(message: InboundMessage, want: Want): void {
    this.wants.set(message.id, want)
  }

  /** The message has its effect; a profile that was read long ago is read again. */
  done(message: InboundMessage): void {
    this.outcomes.set(message.id, PROCESSED)
    const signer = this.actors.get(message.signerUri)
    if (signer !== undefined) this.#spoke.set(signer.id, signer)
  }

  /** The row of whoever signed; there is one for every message that reaches a handler. */
  signerOf(message: InboundMessage): ActorReference {
    const signer = this.actors.get(message.signerUri)
    if (signer === undefined) throw new TypeError(`${message.signerUri} was not looked up`)
    return signer
  }

  identity(uri: string | null): ActorReference | undefined {
    return this.identities.find((identity) => identity.uri === uri)
  }

  /** Relations of all identities with this actor. */
  relationsWith(actorId: string): Relation[] {
    return this.#relations.filter((relation) => relation.actor_id === actorId)
  }

  isBlockedBy(identityId: string, actorId: string): boolean {
    return this.#relations.some(
      (relation) =>
        relation.identity_id === identityId && relation.actor_id === actorId && relation.is_blocked,
    )
  }

  notify(drafts: readonly NotificationDraft[]): void {
    this.#drafts.push(...drafts)
  }

  show(changes: readonly StreamChange[]): void {
    this.#changes.push(...changes)
  }

  async loadActors(uris: Iterable<string>): Promise<void> {
    const unknown = [...uris].filter((uri) => !this.actors.has(uri))
    for (const [uri, actor] of await findActorReferences(this.tx, unknown)) this.actors.set(uri, actor)
  }

  async loadPosts(uris: Iterable<string>): Promise<void> {
    const unknown = [...uris].filter((uri) => !this.posts.has(uri))
    for (const [uri, post] of await findPostReferences(this.tx, unknown)) this.posts.set(uri, post)
  }

  /** The signers, and all identities. */
  async loadSigners(uris: Iterable<string>): Promise<void> {
    const found = await listActorsAndIdentities(this.tx, uris)
    for (const actor of found) this.actors.set(actor.uri, actor)
    this.identities = found.filter(isIdentity)
  }

  /** To be called again after relations have changed. */
  async loadRelations(actorUris: Iterable<string>): Promise<void> {
    const ids = [...actorUris].flatMap((uri) => this.actors.get(uri)?.id ?? [])
    this.#relations = await listRelations(this.tx, ids)
  }

  /** Tells the identities what a wave caused, before the next one can take it away again. */
  async flush(): Promise<void> {
    const told = await tellNotifications(this.tx, this.#drafts.splice(0))
    await publishToStreams(this.tx, [...this.#changes.splice(0), ...told])
  }

  /** Most messages take effect at the first try and have no proof: there is nothing to tell of them. */
  #findings(): Finding[] {
    return [...this.outcomes].flatMap(([id, outcome]): Finding[] => {
      if (outcome.kind === 'again') return []
      const attempts = this.#attempts.get(id) ?? 0
      const finding = {
        id,
        droppedBecause: outcome.kind === 'dropped' ? outcome.reason : null,
        proof: this.proofs.get(id) ?? null,
        tries: attempts === 0 ? null : attempts + 1,
      }
      return Object.values(finding).filter((value) => value !== null).length > 1 ? [finding] : []
    })
  }

  async finish(): Promise<void> {
    await noteFindings(this.tx, this.#findings())
    await completeBeginnings(this.tx, [...this.beginnings])
    await refreshStaleActors(this.tx, this.#spoke.values(), this.now, this.#actorMaxAge)
  }
}
