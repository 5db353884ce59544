/** Actors and posts of others, written into the tables as the inbox leaves them: for tests of what is read. */
import { sql } from 'kysely'
import type { Database } from '../../server/db/pool.ts'
import { inTransaction } from '../../server/db/transaction.ts'
import { addToLists } from '../../server/domain/lists/list-entries.ts'
import type { Row, Visibility } from '../../server/db/tables.ts'

type Actor = Row<'actors'>
type Post = Row<'posts'>

export interface SeededPost {
  readonly html?: string
  readonly summary?: string
  readonly visibility?: Visibility
  readonly publishedAt?: Date
  readonly inReplyTo?: Post
  readonly boostOf?: Post
  readonly mentions?: readonly Actor[]
  readonly hashtags?: readonly string[]
  /** Image addresses. */
  readonly images?: readonly string[]
  readonly emojis?: ReadonlyArray<{ shortcode: string; url: string }>
  /** Identities in whose home timeline it stands. */
  readonly shownTo?: readonly Actor[]
}

export class RemoteSeeds {
  readonly #db: Database
  #count = 0

  constructor(db: Database) {
    this.#db = db
  }

  async actor(
    username: string,
    more: Partial<Pick<Actor, 'icon_url' | 'is_locked' | 'host'>> = {},
  ): Promise<Actor> {
    const host = more.host ?? 'peer.example'
    const uri = `https://${host}/users/${username}`
    return this.#db
      .insertInto('actors')
      .values({
        uri,
        host,
        username,
        handle_domain: host,
        display_name: username,
        inbox_uri: `${uri}/inbox`,
        shared_inbox_uri: `https://${host}/inbox`,
        followers_uri: `${uri}/followers`,
        icon_url: more.icon_url ?? null,
        is_locked: more.is_locked ?? false,
        fetched_at: new Date(),
      })
      .returningAll()
      .executeTakeFirstOrThrow()
  }

  async follow(source: Actor, target: Actor, state = 'accepted'): Promise<void> {
    await this.#db
      .insertInto('follows')
      .values({
        uri: `${source.uri}/follows/${this.#next()}`,
        source_id: source.id,
        target_id: target.id,
        state,
        accepted_at: state === 'accepted' ? new Date() : null,
        state_next_attempt_at: null,
      })
      .execute()
  }

  async post(author: Actor, seed: SeededPost = {}): Promise<Post> {
    const uri = `${author.uri}/posts/${this.#next()}`
    const publishedAt = seed.publishedAt ?? new Date()
    const id = sql<string>`id_at(${publishedAt})`
    const { rows } = await sql<{ id: string }>`select ${id} as id`.execute(this.#db)
    const newId = rows[0]?.id ?? ''
    const post = await this.#db
      .insertInto('posts')
      .values({
        id: newId,
        uri,
        author_id: author.id,
        kind: seed.boostOf === undefined ? 'Note' : 'Announce',
        boost_of_id: seed.boostOf?.id ?? null,
        content_html: seed.html ?? (seed.boostOf === undefined ? `<p>post ${this.#count}</p>` : ''),
        summary: seed.summary ?? '',
        visibility: seed.visibility ?? 'public',
        in_reply_to_uri: seed.inReplyTo?.uri ?? null,
        in_reply_to_id: seed.inReplyTo?.id ?? null,
        in_reply_to_author_id: seed.inReplyTo?.author_id ?? null,
        conversation_id: seed.inReplyTo?.conversation_id ?? newId,
        emojis: JSON.stringify(seed.emojis ?? []),
        published_at: publishedAt,
        state: 'fanned_out',
        state_next_attempt_at: null,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await this.#parts(post, seed)
    await inTransaction(this.#db, async (tx) => addToLists(tx, [post.id]))
    return post
  }

  async #parts(post: Post, seed: SeededPost): Promise<void> {
    for (const actor of seed.mentions ?? []) {
      await this.#db.insertInto('mentions').values({ post_id: post.id, actor_id: actor.id }).execute()
    }
    for (const name of seed.hashtags ?? []) {
      const { id } = await this.#db
        .insertInto('hashtags')
        .values({ name: name.toLowerCase(), display_name: name })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ display_name: name }))
        .returning('id')
        .executeTakeFirstOrThrow()
      await this.#db.insertInto('post_hashtags').values({ post_id: post.id, hashtag_id: id }).execute()
    }
    for (const [position, url] of (seed.images ?? []).entries()) {
      const image = {
        kind: 'image',
        media_type: 'image/png',
        remote_url: url,
        width: 800,
        height: 600,
      } as const
      await this.#db
        .insertInto('attachments')
        .values({ ...image, post_id: post.id, position })
        .execute()
    }
    for (const actor of seed.shownTo ?? []) {
      await this.#db.insertInto('timeline_entries').values({ actor_id: actor.id, post_id: post.id }).execute()
    }
  }

  #next(): number {
    this.#count += 1
    return this.#count
  }
}
