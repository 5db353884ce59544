/** Which posts of others stay although they are old: a scene for each rule, in which no other rule would keep the post. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { KEEP_POST_RULES, readKeepFacts } from '../../../server/domain/clean-up/keep-posts.ts'
import { pruneSlice } from '../../../server/domain/clean-up/prune-slice.ts'
import { pruningOf } from '../../../server/domain/clean-up/prunings.ts'
import type { CleanUpRules } from '../../../server/contracts/clean-up.ts'
import type { Row } from '../../../server/db/tables.ts'
import { type CleanUpGround, daysAgo, openCleanUpGround } from '../../support/clean-up-ground.ts'

type RuleName = keyof typeof KEEP_POST_RULES
type Post = Row<'posts'>
const ground = await openCleanUpGround()

type Scene = (ground: CleanUpGround) => Promise<Post>

const RULES: CleanUpRules = { days: null, keepsConversations: true, keepsFollowed: true }
/** Where two rules keep a post, one of them is switched off. */
const NARROWER: Partial<Record<RuleName, Partial<CleanUpRules>>> = {
  'own posts': { keepsConversations: false },
  'answered by the owner': { keepsConversations: false },
  'pinned by somebody followed': { keepsFollowed: false },
}

const interactionOf = (post: Post, actorId: string, kind: 'like' | 'reaction') => ({
  uri: `https://home.example/ap/acts/${kind}-${post.id}`,
  kind,
  actor_id: actorId,
  post_id: post.id,
  emoji: kind === 'reaction' ? '🎉' : null,
  state: 'fanned_out',
})

const SCENES: Readonly<Record<RuleName, Scene>> = {
  'own posts': async ({ oldOwnPost }) => oldOwnPost(),
  'newer than the horizon': async ({ oldPost }) => oldPost({}, undefined, 89),
  'private mentions': async ({ oldPost }) => oldPost({ visibility: 'direct' }),
  'replies to the owner': async ({ oldPost, oldOwnPost, db }) => {
    const own = await oldOwnPost()
    const reply = await oldPost({ inReplyTo: own })
    await db.deleteFrom('posts').where('id', '=', own.id).execute()
    return reply
  },
  'named in a draft or a scheduled post': async ({ oldPost, db, ana }) => {
    const post = await oldPost()
    await db
      .insertInto('drafts')
      .values({
        actor_id: ana.id,
        key: 'a-draft-of-ana',
        text: 'well',
        warning: '',
        content: JSON.stringify({ replyTo: { id: post.id, acct: 'stranger', displayName: '' }, quote: null }),
      })
      .execute()
    return post
  },
  bookmarked: async ({ oldPost, db, ana }) => {
    const post = await oldPost()
    await db.insertInto('bookmarks').values({ actor_id: ana.id, post_id: post.id }).execute()
    return post
  },
  'liked or reacted to': async ({ oldPost, db, ana }) => {
    const post = await oldPost()
    await db
      .insertInto('interactions')
      .values(interactionOf(post, ana.id, 'reaction'))
      .execute()
    return post
  },
  'boosted by the owner, or lately by anybody': async ({ oldPost, seeds, stranger }) => {
    const post = await oldPost()
    await seeds.post(stranger, { boostOf: post, publishedAt: daysAgo(3) })
    return post
  },
  'boosts of own posts': async ({ oldPost, oldOwnPost }) => oldPost({ boostOf: await oldOwnPost() }),
  'pinned by somebody followed': async ({ oldPost, seeds, ana, db }) => {
    const friend = await seeds.actor('pinner')
    await seeds.follow(ana, friend)
    const post = await oldPost({}, friend)
    await db.insertInto('pins').values({ actor_id: friend.id, post_id: post.id }).execute()
    return post
  },
  'voted in': async ({ oldPost, db, ana }) => {
    const post = await oldPost()
    await db.insertInto('polls').values({ id: post.id, is_multiple: false }).execute()
    await db.insertInto('poll_options').values({ poll_id: post.id, position: 0, title: 'yes' }).execute()
    await sql`insert into poll_votes (uri, poll_id, is_multiple, actor_id, position)
              values ('https://home.example/ap/votes/1', ${post.id}, false, ${ana.id}, 0)`.execute(db)
    return post
  },
  'mentions the owner': async ({ oldPost, ana }) => oldPost({ mentions: [ana] }),
  'quotes the owner': async ({ oldPost, db, ana }) => {
    const post = await oldPost()
    await db
      .insertInto('quotes')
      .values({
        post_id: post.id,
        quoted_uri: 'https://home.example/ap/posts/1',
        host: 'home.example',
        quoted_author_id: ana.id,
      })
      .execute()
    return post
  },
  'quoted by a post that is here': async ({ oldPost, db, seeds, stranger }) => {
    const post = await oldPost()
    const quoting = await seeds.post(stranger)
    await db
      .insertInto('quotes')
      .values({ post_id: quoting.id, quoted_uri: post.uri, host: 'peer.example', quoted_id: post.id })
      .execute()
    return post
  },
  'part of a private conversation': async ({ oldPost, db, ana }) => {
    const post = await oldPost()
    const { id } = await db
      .insertInto('conversations')
      .values({ actor_id: ana.id, thread_id: post.id, participant_ids: [], participants_key: 'nobody' })
      .returning('id')
      .executeTakeFirstOrThrow()
    await db.insertInto('conversation_posts').values({ conversation_id: id, post_id: post.id }).execute()
    return post
  },
  'named by a filter': async ({ oldPost, db, ana }) => {
    const post = await oldPost()
    const { id } = await db
      .insertInto('filters')
      .values({ actor_id: ana.id, title: 'this one', contexts: ['home'] })
      .returning('id')
      .executeTakeFirstOrThrow()
    await db.insertInto('filter_posts').values({ filter_id: id, post_id: post.id }).execute()
    return post
  },
  'answered by the owner': async ({ oldPost, oldOwnPost }) => {
    const post = await oldPost()
    await oldOwnPost({ inReplyTo: post })
    return post
  },
  'in a thread that goes on': async ({ oldPost, seeds, stranger }) => {
    const post = await oldPost()
    await seeds.post(stranger, { inReplyTo: post })
    return post
  },
  'in a thread that the owner took part in': async ({ oldPost, oldOwnPost }) => {
    const root = await oldPost()
    await oldOwnPost({ inReplyTo: root })
    return oldPost({ inReplyTo: root })
  },
  'by somebody followed': async ({ oldPost, seeds, ana }) => {
    const friend = await seeds.actor('friend')
    await seeds.follow(ana, friend)
    return oldPost({}, friend)
  },
}

async function keepersOf(post: Post, rules: CleanUpRules): Promise<string[]> {
  const facts = await readKeepFacts(ground.db, rules, daysAgo(90))
  const names: string[] = []
  for (const [name, rule] of Object.entries(KEEP_POST_RULES)) {
    const { rows } = await sql<{ keeps: boolean }>`
      select ${rule(facts)} as keeps from posts as candidate where candidate.id = ${post.id}`.execute(
      ground.db,
    )
    if (rows[0]?.keeps === true) names.push(name)
  }
  return names
}

async function pruneAll(rules: CleanUpRules): Promise<number> {
  const facts = await readKeepFacts(ground.db, rules, daysAgo(90))
  let removed = 0
  for (let after: string | null = '0'; after !== null;) {
    const pruned = await pruneSlice(ground.db, pruningOf('posts', facts), {
      after,
      below: facts.horizonId,
      size: 20,
    })
    removed += pruned.removed
    after = pruned.last
  }
  return removed
}

for (const [name, scene] of Object.entries(SCENES) as [RuleName, Scene][]) {
  test(`a post stays that is ${name}, and nothing else keeps it`, async () => {
    const rules = { ...RULES, ...NARROWER[name] }
    const control = await ground.oldPost()
    const post = await scene(ground)
    assert.deepEqual(await keepersOf(post, rules), [name])
    await pruneAll(rules)
    assert.deepEqual([await ground.isHere(post), await ground.isHere(control)], [true, false])
  })
}

test('what others did with a post keeps it not, and their old boosts of it go with it', async () => {
  const { db, oldPost, seeds, isHere } = ground
  const rules = { days: null, keepsConversations: true, keepsFollowed: false }
  await pruneAll(rules)
  const stranger = await seeds.actor('another')
  const other = await seeds.actor('other')
  const post = await oldPost({ images: ['https://peer.example/1.png'], hashtags: ['Gone'] }, stranger)
  const boost = await oldPost({ boostOf: post }, other)
  const reply = await oldPost({ inReplyTo: post }, other)
  await db
    .insertInto('interactions')
    .values(interactionOf(post, other.id, 'like'))
    .execute()
  await sql`update actors set posts_count = 2 where id in (${stranger.id}, ${other.id})`.execute(db)
  assert.equal(await pruneAll(rules), 3)
  assert.deepEqual([await isHere(post), await isHere(boost), await isHere(reply)], [false, false, false])
  const counts = await db
    .selectFrom('actors')
    .select('posts_count')
    .where('id', 'in', [stranger.id, other.id])
    .orderBy('id')
    .execute()
  assert.deepEqual(
    counts.map(({ posts_count }) => posts_count),
    [1, 0],
  )
  assert.equal((await db.selectFrom('dropped_media').select('key').execute()).length, 1)
})

test('a like that was taken back keeps nothing once that is told', async () => {
  const post = await ground.oldPost()
  await ground.db
    .insertInto('interactions')
    .values({ ...interactionOf(post, ground.ana.id, 'like'), state: 'undone' })
    .execute()
  assert.deepEqual(await keepersOf(post, RULES), ['liked or reacted to'])
  await sql`update interactions set state = 'undone_fanned_out'`.execute(ground.db)
  assert.deepEqual(await keepersOf(post, RULES), [])
})

test('rules of the owner that are off keep nothing', async () => {
  const rules = { days: null, keepsConversations: false, keepsFollowed: false }
  const friend = await ground.seeds.actor('old-friend')
  await ground.seeds.follow(ground.ana, friend)
  const byFriend = await ground.oldPost({}, friend)
  const root = await ground.oldPost()
  await ground.oldOwnPost({ inReplyTo: root })
  const sibling = await ground.oldPost({ inReplyTo: root })
  await pruneAll(rules)
  assert.equal(await ground.isHere(byFriend), false)
  assert.equal(await ground.isHere(sibling), false)
  assert.equal(await ground.isHere(root), true)
})

test('a post that gets a tie while it is looked at stays', async () => {
  const { db, ana } = ground
  await pruneAll(RULES)
  const [held, free] = [await ground.oldPost(), await ground.oldPost()]
  const facts = await readKeepFacts(db, RULES, daysAgo(90))
  await db.transaction().execute(async (tx) => {
    await tx.insertInto('bookmarks').values({ actor_id: ana.id, post_id: held.id }).execute()
    // Not committed: nobody else can see it, and the post is held by it.
    const slice = { after: '0', below: facts.horizonId, size: 100 }
    assert.equal((await pruneSlice(db, pruningOf('posts', facts), slice)).removed, 1)
  })
  assert.deepEqual([await ground.isHere(held), await ground.isHere(free)], [true, false])
})
