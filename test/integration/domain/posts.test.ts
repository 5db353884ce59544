import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { systemClock } from '../../../server/core/clock.ts'
import { addIdentity } from '../../../server/domain/owner/identities.ts'
import { boostPost } from '../../../server/domain/posts/boost-post.ts'
import { mentionedAddresses } from '../../../server/domain/posts/compose-post.ts'
import { createPost } from '../../../server/domain/posts/create-post.ts'
import { deletePost } from '../../../server/domain/posts/delete-post.ts'
import { editPost } from '../../../server/domain/posts/edit-post.ts'
import { findOfKey, rememberKey } from '../../../server/domain/posts/idempotency.ts'
import { mentionMap, openOutboundHome } from '../../support/outbound-home.ts'

test('a post has its HTML, its mentions by name and its hashtags in lower case', async (t) => {
  const { db, ana, writes } = await openOutboundHome(t, [])
  const bo = await addIdentity(db, { username: 'bo', displayName: 'Bo', domain: null }, systemClock)
  assert.deepEqual(mentionedAddresses('hey @bo and @Cy@Other.Example', ana), [
    'bo@home.example',
    'cy@other.example',
  ])
  const post = await writes({ text: 'hey @bo, a #Sunny day\n\nhttps://example.org', mentions: [bo] })
  assert.match(post.content_html, /<a href="https:\/\/home\.example\/@bo"[^>]*>@<span>bo<\/span><\/a>/)
  assert.match(post.content_html, /href="https:\/\/home\.example\/tags\/sunny"/)
  assert.equal(post.content_source, 'hey @bo, a #Sunny day\n\nhttps://example.org')
  assert.equal(post.uri, `https://home.example/ap/posts/${post.id}`)
  assert.equal(post.page_url, `https://home.example/@ana/${post.id}`)
  assert.equal(post.conversation_id, post.id)
  assert.equal(post.state, 'new')
  const tags = await db.selectFrom('hashtags').select(['name', 'display_name']).execute()
  assert.deepEqual(tags, [{ name: 'sunny', display_name: 'Sunny' }])
  const told = await db.selectFrom('notifications').select(['actor_id', 'kind']).execute()
  assert.deepEqual(told, [{ actor_id: bo.id, kind: 'mention' }])
  const author = await db.selectFrom('actors').selectAll().where('id', '=', ana.id).executeTakeFirstOrThrow()
  assert.equal(author.posts_count, 1)
  assert.ok(author.last_post_at)
})

test('an empty post is refused, and one that is too long; a lone warning is the text', async (t) => {
  const { db, writes } = await openOutboundHome(t, [])
  await assert.rejects(writes({ text: ' \n ' }), (error) => isHomebirdError(error, 'UNPROCESSABLE'))
  await assert.rejects(writes({ text: 'x'.repeat(5_001) }), (error) =>
    isHomebirdError(error, 'UNPROCESSABLE'),
  )
  assert.equal((await db.selectFrom('posts').select('id').execute()).length, 0)
  const post = await writes({ text: '', summary: 'only this' })
  assert.equal(post.content_text, 'only this')
  assert.equal(post.summary, '')
  const warned = await writes({ text: 'the story', summary: 'spoiler' })
  assert.equal(warned.is_sensitive, true)
})

test('a reply joins the conversation and counts; what cannot be seen cannot be answered or boosted', async (t) => {
  const { db, ana, home, tx, writes } = await openOutboundHome(t, [])
  const bo = await addIdentity(db, { username: 'bo', displayName: 'Bo', domain: null }, systemClock)
  const first = await writes({ text: 'first' })
  const reply = await writes({ text: 'second', inReplyToId: first.id }, bo)
  assert.equal(reply.conversation_id, first.id)
  assert.equal(reply.in_reply_to_uri, first.uri)
  assert.equal(reply.in_reply_to_author_id, ana.id)
  const parent = await db.selectFrom('posts').selectAll().where('id', '=', first.id).executeTakeFirstOrThrow()
  assert.equal(parent.replies_count, 1)

  const secret = await writes({ text: 'for followers', visibility: 'followers' })
  const isNotFound = (error: unknown): boolean => isHomebirdError(error, 'NOT_FOUND')
  await assert.rejects(writes({ text: 'peep', inReplyToId: secret.id }, bo), isNotFound)
  await assert.rejects(writes({ text: 'peep', inReplyToId: '1' }, bo), isNotFound)
  const boost = async (by: typeof ana): Promise<unknown> =>
    tx(async (one) => boostPost(one, home, by, secret, 'public', new Date()))
  await assert.rejects(boost(bo), isNotFound)
  const own = (await boost(ana)) as { visibility: string }
  assert.equal(own.visibility, 'followers')
  const direct = await writes({ text: 'to @bo', visibility: 'direct', mentions: [bo] })
  await assert.rejects(
    tx(async (one) => boostPost(one, home, bo, direct, 'public', new Date())),
    (error) => isHomebirdError(error, 'FORBIDDEN'),
  )
})

test('uploads are claimed by their owner for one post, in order', async (t) => {
  const { db, ana, home, tx } = await openOutboundHome(t, [])
  const bo = await addIdentity(db, { username: 'bo', displayName: 'Bo', domain: null }, systemClock)
  const upload = async (owner: string): Promise<string> =>
    (
      await db
        .insertInto('attachments')
        .values({ owner_actor_id: owner, kind: 'image', media_type: 'image/webp', file_key: 'a.webp' })
        .returning('id')
        .executeTakeFirstOrThrow()
    ).id
  const [one, two, foreign] = [await upload(ana.id), await upload(ana.id), await upload(bo.id)]
  const write = async (attachmentIds: readonly string[]) =>
    tx(async (transaction) =>
      createPost(
        transaction,
        home,
        {
          author: ana,
          text: '',
          summary: '',
          isSensitive: false,
          language: null,
          visibility: 'public',
          inReplyToId: null,
          attachmentIds,
          applicationId: null,
          mentions: new Map(),
        },
        new Date(),
      ),
    )
  const refused = (error: unknown): boolean => isHomebirdError(error, 'UNPROCESSABLE')
  await assert.rejects(write([one, foreign]), refused)
  const post = await write([two, one])
  const claimed = await db
    .selectFrom('attachments')
    .select('id')
    .where('post_id', '=', post.id)
    .orderBy('position')
    .execute()
  assert.deepEqual(
    claimed.map(({ id }) => id),
    [two, one],
  )
  await assert.rejects(write([one]), refused)
})

test('an edit keeps the visibility and whom it was addressed to, and tells only the new ones', async (t) => {
  const { db, home, tx, writes } = await openOutboundHome(t, [])
  const bo = await addIdentity(db, { username: 'bo', displayName: 'Bo', domain: null }, systemClock)
  const cy = await addIdentity(db, { username: 'cy', displayName: 'Cy', domain: null }, systemClock)
  const post = await writes({ text: 'hey @bo #one', visibility: 'direct', mentions: [bo] })
  const edited = await tx(async (one) =>
    editPost(
      one,
      home,
      post,
      { text: 'hey @cy #two', summary: '', isSensitive: false, language: 'en', mentions: mentionMap([cy]) },
      new Date(),
    ),
  )
  assert.equal(edited.visibility, 'direct')
  assert.ok(edited.edited_at)
  const mentions = await db
    .selectFrom('mentions')
    .select(['actor_id', 'is_silent'])
    .orderBy('actor_id')
    .execute()
  assert.deepEqual(mentions, [
    { actor_id: bo.id, is_silent: true },
    { actor_id: cy.id, is_silent: false },
  ])
  const tags = await db
    .selectFrom('post_hashtags')
    .innerJoin('hashtags', 'hashtags.id', 'post_hashtags.hashtag_id')
    .select('name')
    .execute()
  assert.deepEqual(tags, [{ name: 'two' }])
  const told = await db.selectFrom('notifications').select('actor_id').orderBy('id').execute()
  assert.deepEqual(told, [{ actor_id: bo.id }, { actor_id: cy.id }])
  await tx(async (one) => deletePost(one, post, new Date()))
  await assert.rejects(
    tx(async (one) =>
      editPost(
        one,
        home,
        post,
        { text: 'late', summary: '', isSensitive: false, language: 'en', mentions: new Map() },
        new Date(),
      ),
    ),
    (error) => isHomebirdError(error, 'NOT_FOUND'),
  )
})

test('two requests with one key write one post, also at once', async (t) => {
  const { db, ana, home, tx } = await openOutboundHome(t, [])
  const draft = {
    author: ana,
    text: 'once',
    summary: '',
    isSensitive: false,
    language: null,
    visibility: 'public',
    inReplyToId: null,
    attachmentIds: [],
    applicationId: null,
    mentions: new Map(),
  } as const
  const key = { holder: 'token 1', key: 'abc' }
  const request = async (): Promise<string | null> =>
    tx(async (one) => {
      const known = await findOfKey(one, key)
      if (known !== null) return known.postId
      const post = await createPost(one, home, draft, new Date())
      await rememberKey(one, key, { postId: post.id, scheduledId: null })
      return post.id
    })
  const ids = await Promise.all([request(), request(), request()])
  assert.equal(new Set(ids).size, 1)
  assert.equal((await db.selectFrom('posts').select('id').execute()).length, 1)
  await sql`update idempotency_keys set created_at = now() - interval '2 hours'`.execute(db)
  assert.notEqual(await request(), ids[0])
})

test('open streams hear of a post, its edit and its end', async (t) => {
  const { ana, home, listener, tx, writes } = await openOutboundHome(t, [])
  const heard: string[] = []
  const last = new Promise<void>((resolve) => {
    listener.subscribe('stream', {
      onNotification(payload) {
        heard.push(payload)
        if (payload.includes('* {"event":"delete"')) resolve()
      },
    })
  })
  const post = await writes({ text: 'hello' })
  const edit = { text: 'changed', summary: '', isSensitive: false, language: 'en', mentions: new Map() }
  await tx(async (one) => editPost(one, home, post, edit, new Date()))
  await tx(async (one) => deletePost(one, post, new Date()))
  await last
  const expected = ['update', 'status.update', 'delete'].flatMap((event) =>
    [ana.id, '*'].map((whose) => `${whose} ${JSON.stringify({ event, ids: [post.id] })}`),
  )
  const notices = heard.map((payload) => payload.replace(/^\d+ /, ''))
  assert.deepEqual(notices, expected)
  assert.equal(new Set(heard).size, 6, 'each has an id of its own')
})
