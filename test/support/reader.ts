/** A home whose owner looks at the profiles of others and follows them, and what is then read of their outboxes. */
import assert from 'node:assert/strict'
import { inTransaction } from '../../server/db/transaction.ts'
import type { Row } from '../../server/db/tables.ts'
import { followedProfile, openProfile } from '../../server/domain/profiles/profile-readings.ts'
import type { FakeActor } from './fake-peer-actor.ts'
import type { FakePeer } from './fake-peer.ts'
import type { FederationHome } from './federation-home.ts'

export class Reader {
  readonly #home: FederationHome
  readonly #peer: FakePeer
  #counter = 0

  constructor(home: FederationHome, peer: FakePeer) {
    this.#home = home
    this.#peer = peer
  }

  /** Nobody that was spoken of before. */
  somebody(): FakeActor {
    this.#counter += 1
    return this.#peer.actor(`person${this.#counter}`)
  }

  /** The owner looks at the profile, and the worker does what follows from it. @returns the id of the actor */
  async looksAt(actor: FakeActor): Promise<string> {
    const row = await this.#home.context.dereferencer.actorByUri(actor.uri)
    assert.ok(row)
    const now = this.#home.context.clock.now()
    await inTransaction(this.#home.db, async (tx) => openProfile(tx, row.id, now))
    await this.#home.work()
    return row.id
  }

  /** As when the Accept has come. @returns the id of the actor */
  async follows(actor: FakeActor): Promise<string> {
    const { id } = await this.#home.follows(actor)
    await inTransaction(this.#home.db, async (tx) => followedProfile(tx, id))
    await this.#home.work()
    return id
  }

  /** Texts of the stored posts of an actor, the newest first. */
  async textsOf(actorId: string): Promise<string[]> {
    const rows = await this.#home.db
      .selectFrom('posts')
      .select('content_text')
      .where('author_id', '=', actorId)
      .where('boost_of_id', 'is', null)
      .orderBy('id', 'desc')
      .execute()
    return rows.map((row) => row.content_text)
  }

  async sweepOf(actorId: string): Promise<Row<'outbox_sweeps'>> {
    return this.#home.db
      .selectFrom('outbox_sweeps')
      .selectAll()
      .where('actor_id', '=', actorId)
      .executeTakeFirstOrThrow()
  }

  /** Readings of the outbox of an actor and of its pages. */
  asked(actor: FakeActor): string[] {
    return this.#peer.paths().filter((path) => path.startsWith(`${new URL(actor.uri).pathname}/outbox`))
  }
}

/** Texts of `postsOf`, the newest first. */
export const named = (count: number): string[] => Array.from({ length: count }, (_, n) => `post ${n}`)
