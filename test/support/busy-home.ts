/** A home that has done everything once that others are told of, and every document by which it told them. */
import assert from 'node:assert/strict'
import { moveAway } from '../../server/activitypub/migration.ts'
import { systemClock } from '../../server/core/clock.ts'
import type { Transaction } from '../../server/db/pool.ts'
import type { Row } from '../../server/db/tables.ts'
import { inTransaction } from '../../server/db/transaction.ts'
import { blockActor, unblockActor } from '../../server/domain/blocks/block-actor.ts'
import { rejectFollow } from '../../server/domain/follows/answer-follow.ts'
import { followActor, unfollowActor } from '../../server/domain/follows/follow-actor.ts'
import { likePost, unlikePost } from '../../server/domain/interactions/like-post.ts'
import { chooseReaction, reactToPost, unreactToPost } from '../../server/domain/interactions/react-to-post.ts'
import { deleteIdentity } from '../../server/domain/owner/delete-identity.ts'
import { editIdentity } from '../../server/domain/owner/edit-identity.ts'
import { addIdentity } from '../../server/domain/owner/identities.ts'
import { castVotes } from '../../server/domain/polls/cast-votes.ts'
import { boostPost, unboostPost } from '../../server/domain/posts/boost-post.ts'
import { deletePost } from '../../server/domain/posts/delete-post.ts'
import { editPost } from '../../server/domain/posts/edit-post.ts'
import { pinPost, unpinPost } from '../../server/domain/posts/mark-posts.ts'
import { featureHashtag, unfeatureHashtag } from '../../server/domain/profiles/own-featured-hashtags.ts'
import { revokeQuote } from '../../server/domain/quotes/authorizations.ts'
import { fileReport } from '../../server/domain/reports/file-report.ts'
import { type FakeActor, type FakeObject, PUBLIC } from './fake-peer-actor.ts'
import { sendRaw } from './fake-peer-http.ts'
import { type FakePeer, openFakePeer } from './fake-peer.ts'
import { type FederationHome, openFederationHome } from './federation-home.ts'
import { pollDraft, question } from './polls.ts'

export type Document = Readonly<Record<string, unknown>>
type Post = Row<'posts'>

const OPEN_POLICY = { canQuote: { automaticApproval: [PUBLIC] } }
const FOLLOW = { showsBoosts: true, notifies: false, languages: null } as const
const ENDS = new Date(Date.now() + 3_600_000)

export interface BusyHome {
  readonly home: FederationHome
  readonly akkoma: FakePeer
  /** On a server that reads reactions as Likes. */
  readonly ana: FakeActor
  /** On a server that reads EmojiReact. */
  readonly quinn: FakeActor
  /** The new name of the identity. */
  readonly elsewhere: FakeActor
  /** Everything is told. */
  readonly tells: () => Promise<void>
  readonly act: (work: (tx: Transaction, now: Date) => Promise<unknown>) => Promise<void>
  /** Every activity of ours that left, oldest first. */
  readonly sent: () => Promise<Document[]>
  /** What stands at an address, for anybody or for who asks. */
  readonly served: (uri: unknown, reader?: FakeActor, status?: number) => Promise<Document>
}

export async function openBusyHome(): Promise<BusyHome> {
  const mastodon = await openFakePeer(undefined, { host: 'mastodon.example' })
  const akkoma = await openFakePeer(undefined, { host: 'akkoma.example' })
  const home = await openFederationHome({ peers: [mastodon, akkoma] })
  const { db } = home
  await db
    .insertInto('peers')
    .values({ host: akkoma.host, software: 'akkoma', state: 'updated', state_next_attempt_at: null })
    .execute()
  const tells = async (): Promise<void> => {
    for (let left = 1; left > 0;) {
      await home.work()
      const waiting = db.updateTable('fan_outs').set({ state_next_attempt_at: new Date() })
      left = Number((await waiting.where('state', '=', 'new').executeTakeFirst()).numUpdatedRows)
    }
  }
  return {
    home,
    akkoma,
    ana: mastodon.actor('ana'),
    quinn: akkoma.actor('quinn'),
    elsewhere: akkoma.actor('ben'),
    tells,
    async act(work) {
      await inTransaction(db, async (tx) => work(tx, new Date()))
      await tells()
    },
    async sent() {
      const rows = await db
        .selectFrom('outbound_activities')
        .select('body')
        .where('forwarded_from', 'is', null)
        .orderBy('id')
        .execute()
      return rows.map(({ body }) => JSON.parse(body) as Document)
    },
    async served(uri, reader, status = 200) {
      const path = new URL(String(uri)).pathname
      const headers = [['Accept', 'application/activity+json']] as const
      const answer = reader
        ? await reader.gets(home.target, path)
        : await sendRaw(home.target, { method: 'GET', path, headers })
      assert.equal(answer.status, status, `${path}: ${answer.text()}`)
      return answer.json()
    },
  }
}

/** A profile without gaps, which others are told of, with an emoji of the home. */
async function showsItself({ home, elsewhere, act }: BusyHome): Promise<void> {
  const base = 'https://home.example/media'
  await home.db
    .insertInto('emojis')
    .values({
      shortcode: 'blob',
      host: null,
      url: `${base}/blob.png`,
      image_host: 'home.example',
      is_confirmed: true,
      state: 'updated',
      state_next_attempt_at: null,
    })
    .execute()
  await home.db
    .updateTable('actors')
    .set({
      icon_url: `${base}/icon.png`,
      icon_description: 'me',
      header_url: `${base}/header.webp`,
      also_known_as: [elsewhere.uri],
    })
    .where('id', '=', home.me.id)
    .execute()
  const edit = {
    displayName: 'Ben :blob:',
    bio: 'I write',
    fields: [{ name: 'Site', value: 'https://ben.example/' }],
    isDiscoverable: true,
    isIndexable: true,
    isMemorial: false,
  }
  await act(async (tx) => editIdentity(tx, await home.identity(), edit))
}

/** Somebody elsewhere, as this home knows them. */
async function known({ home }: BusyHome, actor: FakeActor): Promise<Row<'actors'>> {
  const row = await home.context.dereferencer.actorByUri(actor.uri)
  assert.ok(row)
  return row
}

async function stored({ home }: BusyHome, by: FakeActor, facts: Document = {}): Promise<Post> {
  const note = by.note({ interactionPolicy: OPEN_POLICY, ...facts })
  await home.takes(by, by.create(note))
  const post = await home.post(note.id)
  assert.ok(
    post,
    JSON.stringify(await home.db.selectFrom('inbox_messages').select('dropped_because').execute()),
  )
  return post
}

/** Follows both ways, answers to them, blocks, a complaint. */
async function relates(busy: BusyHome): Promise<void> {
  const { home, ana, act } = busy
  await home.isFollowedBy(ana)
  const rex = busy.akkoma.actor('rex')
  await home.isFollowedBy(rex)
  const asked = home.db.selectFrom('follows').selectAll().where('target_id', '=', home.me.id)
  const [, unwanted] = await asked.orderBy('id').execute()
  assert.ok(unwanted)
  await act(async (tx) => rejectFollow(tx, unwanted))
  const { home: own } = home.context
  const mia = await known(busy, busy.akkoma.actor('mia'))
  await act(async (tx, now) => followActor(tx, own, home.me, mia, FOLLOW, now))
  await act(async (tx) => unfollowActor(tx, home.me, mia, new Date()))
  const eve = await known(busy, busy.akkoma.actor('eve'))
  await act(async (tx, now) => blockActor(tx, own, home.me, eve, now))
  await act(async (tx) => unblockActor(tx, home.me, eve))
  const form = {
    comment: 'spam',
    category: 'spam',
    ruleIds: [],
    postUris: [`${eve.uri}/posts/1`],
    isForwarded: true,
  } as const
  await act(async (tx, now) => fileReport(tx, own, home.me, eve, form, now))
}

/** Likes, reactions in both dialects, a boost, a vote, each taken back where that can be. */
async function reacts(busy: BusyHome): Promise<void> {
  const { home, ana, quinn, act } = busy
  const { home: own } = home.context
  await home.follows(ana)
  await home.follows(quinn)
  for (const by of [ana, quinn]) {
    const post = await stored(busy, by)
    for (const emoji of ['🎉', ':blob:']) {
      await act(async (tx, now) =>
        reactToPost(tx, own, home.me, post, await chooseReaction(tx, emoji, post), now),
      )
    }
    await act(async (tx) => unreactToPost(tx, home.me, post, '🎉'))
  }
  const post = await stored(busy, ana)
  await act(async (tx, now) => likePost(tx, own, home.me, post, now))
  await act(async (tx, now) => boostPost(tx, own, await home.identity(), post, 'public', now))
  const other = await stored(busy, ana)
  await act(async (tx, now) => likePost(tx, own, home.me, other, now))
  await act(async (tx) => unlikePost(tx, home.me, other))
  await act(async (tx, now) => boostPost(tx, own, await home.identity(), other, 'public', now))
  await act(async (tx, now) => unboostPost(tx, home.me, other, now))
  const poll = await stored(busy, quinn, question({ yes: 1, no: 0 }, ENDS))
  await act(async (tx, now) => castVotes(tx, own, home.me, poll.id, [0], now))
}

/**
 * A quote with everything that a Note can have.
 * @returns the post, and the stamp that it got
 */
async function writesNote(
  busy: BusyHome,
): Promise<{ readonly post: Post; readonly stamp: FakeObject; readonly quoted: Post }> {
  const { home, ana, quinn, act } = busy
  const quoted = await stored(busy, quinn)
  const attachment = await home.db
    .insertInto('attachments')
    .values({
      owner_actor_id: home.me.id,
      kind: 'video',
      media_type: 'video/mp4',
      file_key: 'a.mp4',
      preview_key: 'a.webp',
      description: 'a goldfinch',
      blurhash: 'LEHV6nWB2yk8pyo0adR*.7kCMdnj',
      width: 640,
      height: 480,
      focus_x: 0.5,
      focus_y: -0.25,
      duration_seconds: 12.5,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { handle } = ana
  const draft = {
    summary: 'birds',
    isSensitive: true,
    quotedId: quoted.id,
    attachmentIds: [attachment.id],
    mentions: new Map([[handle, await known(busy, ana)]]),
  }
  const post = await home.writes(`@${handle} look :blob: #GoldFinch`, 'public', draft)
  await busy.tells()
  const request = (await busy.sent()).find(
    ({ type, actor }) => type === 'QuoteRequest' && actor === home.me.uri,
  )
  const stamp = quinn.activity('QuoteAuthorization', {
    attributedTo: quinn.uri,
    interactingObject: post.uri,
    interactionTarget: quoted.uri,
  })
  quinn.peer.publish(stamp)
  await home.takes(quinn, { ...quinn.accept(String(request?.['id'])), result: stamp.id })
  await act(async (tx, now) =>
    editPost(tx, home.context.home, post, { ...draft, text: post.content_text, language: 'en' }, now),
  )
  await home.takes(ana, ana.create(ana.note({ inReplyTo: post.uri })))
  return { post, stamp, quoted }
}

/** Two polls, one of which is edited and gets votes. */
async function asksAround({ home, ana, act }: BusyHome): Promise<readonly [Post, Post]> {
  const one = await home.writes('tea?', 'public', { poll: pollDraft(['yes', 'no']) })
  const many = await home.writes('what?', 'public', {
    poll: pollDraft(['tea', 'milk'], { isMultiple: true }),
  })
  await act(async () => Promise.resolve())
  const id = `${ana.uri}/votes/1`
  const vote = { id, type: 'Note', attributedTo: ana.uri, to: home.me.uri, inReplyTo: one.uri, name: 'yes' }
  await home.takes(ana, ana.activity('Create', { to: home.me.uri, object: vote }))
  const edit = { text: 'tea!', summary: '', isSensitive: false, language: 'en', mentions: new Map() }
  await act(async (tx, now) => editPost(tx, home.context.home, one, edit, now))
  return [one, many]
}

/** Features, and takes off again, a post and a hashtag; what stays stands in the collections. */
async function features({ home, act }: BusyHome): Promise<void> {
  const post = await home.writes('pinned')
  const { id } = home.me
  await act(async (tx) => pinPost(tx, id, post))
  await act(async (tx) => unpinPost(tx, id, post.id))
  await act(async (tx) => pinPost(tx, id, post))
  await act(async (tx) => featureHashtag(tx, id, 'GoldFinch'))
  await act(async (tx) => featureHashtag(tx, id, 'Siskin'))
  const row = await home.db
    .selectFrom('featured_hashtags')
    .select('id')
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow()
  await act(async (tx) => unfeatureHashtag(tx, id, row.id))
}

/** Others quote: agreed to, refused, and taken back. @returns where the first stamp stands */
async function isQuoted({ home, ana, sent, act }: BusyHome): Promise<string> {
  const open = await home.writes('quote me')
  const closed = await home.writes('do not', 'public', { quotePolicy: 'nobody' })
  const asks = async (post: Post): Promise<FakeObject> => {
    const note = ana.note({ quote: post.uri })
    await home.takes(ana, ana.activity('QuoteRequest', { object: post.uri, instrument: note }))
    return note
  }
  await asks(open)
  const stamp = (await sent()).findLast(({ type, result }) => type === 'Accept' && result !== undefined)
  await asks(closed)
  const quoting = await home.post((await asks(open)).id)
  assert.ok(quoting)
  await act(async (tx) => revokeQuote(tx, { id: open.id, author: home.me }, quoting.id))
  return String(stamp?.['result'])
}

/** A post, and an identity, that are no more. */
async function deletes({ home, ana, act, tells }: BusyHome): Promise<Pick<Told, 'deleted' | 'mask'>> {
  const post = await home.writes('gone soon')
  await tells()
  await act(async (tx, now) => deletePost(tx, post, now))
  const mask = await addIdentity(
    home.db,
    { username: 'mask', displayName: 'Mask', domain: null },
    systemClock,
  )
  await home.takes(ana, ana.follow(mask.uri))
  await act(async (tx, now) => deleteIdentity(tx, mask, now))
  return { deleted: post, mask }
}

/** Last of all, since whoever has moved writes nothing more. */
async function moves({ home, elsewhere, tells }: BusyHome): Promise<void> {
  elsewhere.overrides = { alsoKnownAs: [home.me.uri] }
  await moveAway(home.context, await home.identity(), elsewhere.uri)
  await tells()
}

export interface Told {
  readonly post: Post
  /** What the post quotes, and by which leave. */
  readonly quoted: Post
  readonly stamp: FakeObject
  readonly polls: readonly [Post, Post]
  /** The leave that was given here. */
  readonly ownStamp: string
  readonly deleted: Post
  readonly mask: Row<'actors'>
}

/** Everything once, as far as others are told of it. */
export async function doesEverything(busy: BusyHome): Promise<Told> {
  await relates(busy)
  await showsItself(busy)
  await reacts(busy)
  const written = await writesNote(busy)
  const polls = await asksAround(busy)
  await features(busy)
  const ownStamp = await isQuoted(busy)
  const gone = await deletes(busy)
  await moves(busy)
  return { ...written, polls, ownStamp, ...gone }
}
