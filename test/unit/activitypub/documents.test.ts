/** The documents this home sends: an actor, posts, what remains of them. Read back by the code that reads those of others. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, test } from 'node:test'
import { actorDocument } from '../../../server/activitypub/actor-document.ts'
import type { OwnActor, OwnKey } from '../../../server/activitypub/actor-document.ts'
import type { JsonObject } from '../../../server/activitypub/json.ts'
import { ed25519Multikey } from '../../../server/activitypub/multikey.ts'
import { noteDocument, noteObject, tombstoneDocument } from '../../../server/activitypub/note.ts'
import type { NoteParts } from '../../../server/activitypub/note.ts'
import { parseActor } from '../../../server/activitypub/parse-actor.ts'
import { parsePost } from '../../../server/activitypub/parse-object.ts'
import { PUBLIC } from '../../../server/activitypub/vocabulary.ts'
import { identityUris, instanceActorUris } from '../../../server/domain/owner/own-uris.ts'

const HOME = 'https://home.example'
const URIS = identityUris(HOME, '7', 'ben')
const ANA = { uri: 'https://other.example/ana', username: 'ana', handle_domain: 'other.example' }

const pemOf = (type: 'rsa' | 'ed25519'): string => {
  const { publicKey } =
    type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519')
  return publicKey.export({ type: 'spki', format: 'pem' }).toString()
}
const RSA: OwnKey = { key_uri: URIS.rsaKey, algorithm: 'rsa', public_key_pem: pemOf('rsa') }
const ED25519: OwnKey = { key_uri: URIS.ed25519Key, algorithm: 'ed25519', public_key_pem: pemOf('ed25519') }

const BEN: OwnActor = {
  uri: URIS.uri,
  kind: 'Person',
  is_instance_actor: false,
  username: 'ben',
  handle_domain: 'example.org',
  display_name: 'Ben :bee:',
  bio_html: '<p>keeps bees</p>',
  page_url: URIS.page,
  icon_url: `${HOME}/media/a.webp`,
  icon_description: 'a face',
  header_url: `${HOME}/media/h.jpg?x=1`,
  header_description: '',
  fields: [{ name: 'Web', value: '<a href="https://ben.example/">ben.example</a>' }],
  emojis: [{ shortcode: 'bee', url: `${HOME}/media/bee.png`, uri: `${HOME}/ap/emoji/1` }],
  inbox_uri: URIS.inbox,
  shared_inbox_uri: URIS.sharedInbox,
  outbox_uri: URIS.outbox,
  followers_uri: URIS.followers,
  following_uri: URIS.following,
  featured_uri: URIS.featured,
  also_known_as: ['https://old.example/ben'],
  moved_to_uri: null,
  is_locked: true,
  is_discoverable: true,
  is_indexable: false,
  attribution_domains: [],
  published_at: null,
  created_at: new Date('2026-11-22T15:44:13.123Z'),
}

describe('an identity', () => {
  const document = actorDocument(BEN, [ED25519, RSA])

  test('says everything that other servers look for', () => {
    const { '@context': context, ...rest } = document
    assert.ok(Array.isArray(context))
    assert.deepEqual(rest, {
      id: `${HOME}/ap/actors/7`,
      type: 'Person',
      preferredUsername: 'ben',
      name: 'Ben :bee:',
      summary: '<p>keeps bees</p>',
      url: `${HOME}/@ben`,
      inbox: `${HOME}/ap/actors/7/inbox`,
      outbox: `${HOME}/ap/actors/7/outbox`,
      followers: `${HOME}/ap/actors/7/followers`,
      following: `${HOME}/ap/actors/7/following`,
      featured: `${HOME}/ap/actors/7/featured`,
      featuredTags: `${HOME}/ap/actors/7/tags`,
      endpoints: { sharedInbox: `${HOME}/ap/inbox` },
      manuallyApprovesFollowers: true,
      discoverable: true,
      indexable: false,
      alsoKnownAs: ['https://old.example/ben'],
      published: '2026-11-22T00:00:00Z',
      webfinger: 'ben@example.org',
      publicKey: {
        id: `${HOME}/ap/actors/7#main-key`,
        owner: `${HOME}/ap/actors/7`,
        publicKeyPem: RSA.public_key_pem,
      },
      assertionMethod: [
        {
          id: `${HOME}/ap/actors/7#ed25519-key`,
          type: 'Multikey',
          controller: `${HOME}/ap/actors/7`,
          publicKeyMultibase: ed25519Multikey(ED25519.public_key_pem),
        },
      ],
      icon: {
        type: 'Image',
        mediaType: 'image/webp',
        url: `${HOME}/media/a.webp`,
        name: 'a face',
        summary: 'a face',
      },
      image: { type: 'Image', mediaType: 'image/jpeg', url: `${HOME}/media/h.jpg?x=1` },
      attachment: [
        { type: 'PropertyValue', name: 'Web', value: '<a href="https://ben.example/">ben.example</a>' },
      ],
      tag: [
        {
          id: `${HOME}/ap/emoji/1`,
          type: 'Emoji',
          name: ':bee:',
          icon: { type: 'Image', url: `${HOME}/media/bee.png` },
        },
      ],
    })
  })

  test('is read back as it was meant', () => {
    const parsed = parseActor(document)
    assert.ok(parsed.ok)
    const { actor } = parsed
    assert.equal(actor.uri, BEN.uri)
    assert.equal(actor.sharedInbox, BEN.shared_inbox_uri)
    assert.equal(actor.manuallyApprovesFollowers, true)
    assert.deepEqual(actor.publicKeys, [{ id: RSA.key_uri, pem: RSA.public_key_pem }])
    assert.equal(actor.assertionMethods.length, 1)
    assert.deepEqual(actor.emojis, BEN.emojis)
    assert.equal(actor.webfinger, 'ben@example.org')
  })

  test('leaves out what it does not have', () => {
    const bare = actorDocument(
      {
        ...BEN,
        icon_url: null,
        header_url: null,
        fields: [],
        emojis: [],
        also_known_as: [],
        shared_inbox_uri: null,
      },
      [RSA],
    )
    for (const key of [
      'icon',
      'image',
      'attachment',
      'tag',
      'alsoKnownAs',
      'movedTo',
      'assertionMethod',
      'endpoints',
    ]) {
      assert.ok(!(key in bare), key)
    }
    assert.equal(bare['discoverable'], true)
  })
})

test('the instance actor is an Application that tells nothing of the owner', () => {
  const uris = instanceActorUris(HOME)
  const document = actorDocument(
    {
      ...BEN,
      uri: uris.uri,
      kind: 'Application',
      is_instance_actor: true,
      username: 'home.example',
      display_name: '',
      inbox_uri: uris.inbox,
      outbox_uri: uris.outbox,
      page_url: uris.page,
      is_locked: false,
    },
    [{ ...RSA, key_uri: uris.rsaKey }],
  )
  assert.deepEqual(Object.keys(document).toSorted(), [
    '@context',
    'endpoints',
    'id',
    'inbox',
    'manuallyApprovesFollowers',
    'outbox',
    'preferredUsername',
    'publicKey',
    'type',
    'url',
  ])
  assert.equal(document['manuallyApprovesFollowers'], true)
  // The letters of a key may spell anything.
  assert.ok(!JSON.stringify({ ...document, publicKey: null }).includes('ben'))
  assert.ok(parseActor(document).ok)
})

const POST: NoteParts['post'] = {
  uri: `${HOME}/ap/posts/42`,
  page_url: `${HOME}/@ben/42`,
  content_html: '<p>hello</p>',
  summary: '',
  is_sensitive: false,
  language: 'en',
  visibility: 'public',
  in_reply_to_uri: null,
  emojis: [],
  published_at: new Date('2026-11-22T16:00:00.987Z'),
  edited_at: null,
  likes_count: 2,
  boosts_count: 1,
  quote_automatic: ['public'],
  quote_manual: [],
}
const parts = (post: Partial<NoteParts['post']> = {}, extra: Partial<NoteParts> = {}): NoteParts => ({
  post: { ...POST, ...post },
  author: BEN,
  mentioned: [],
  hashtags: [],
  attachments: [],
  conversationUri: `${HOME}/ap/posts/42/context`,
  ...extra,
})

describe('a post', () => {
  test('says what there is to say and nothing else', () => {
    const { '@context': context, ...rest } = noteDocument(parts())
    assert.ok(Array.isArray(context))
    assert.deepEqual(rest, {
      id: `${HOME}/ap/posts/42`,
      type: 'Note',
      attributedTo: BEN.uri,
      url: `${HOME}/@ben/42`,
      to: [PUBLIC],
      cc: [BEN.followers_uri],
      published: '2026-11-22T16:00:00Z',
      conversation: `${HOME}/ap/posts/42/context`,
      context: `${HOME}/ap/posts/42/context`,
      sensitive: false,
      content: '<p>hello</p>',
      contentMap: { en: '<p>hello</p>' },
      replies: `${HOME}/ap/posts/42/replies`,
      interactionPolicy: {
        canQuote: { automaticApproval: ['https://www.w3.org/ns/activitystreams#Public'] },
      },
      likes: { id: `${HOME}/ap/posts/42/likes`, type: 'Collection', totalItems: 2 },
      shares: { id: `${HOME}/ap/posts/42/shares`, type: 'Collection', totalItems: 1 },
    })
  })

  const AUDIENCES: readonly (readonly [
    visibility: NoteParts['post']['visibility'],
    to: readonly string[],
    cc: readonly string[] | undefined,
  ])[] = [
    ['public', [PUBLIC], [URIS.followers, ANA.uri]],
    ['unlisted', [URIS.followers], [PUBLIC, ANA.uri]],
    ['followers', [URIS.followers], [ANA.uri]],
    ['direct', [ANA.uri], undefined],
  ]
  for (const [visibility, to, cc] of AUDIENCES) {
    test(`for ${visibility} is addressed so, and read back so`, () => {
      const note = noteObject(parts({ visibility }, { mentioned: [ANA, ANA] }))
      assert.deepEqual(note['to'], to)
      assert.deepEqual(note['cc'], cc)
      const parsed = parsePost(note, { followersUri: URIS.followers })
      assert.ok(parsed.ok)
      assert.equal(parsed.post.visibility, visibility)
      assert.equal(
        'likes' in note,
        visibility === 'public' || visibility === 'unlisted',
        'counts are public only',
      )
    })
  }

  test('with everything in it is read back whole', () => {
    const note = noteObject(
      parts(
        {
          summary: 'bees',
          is_sensitive: true,
          language: 'pt-BR',
          in_reply_to_uri: 'https://other.example/notes/1',
          emojis: [{ shortcode: 'bee', url: `${HOME}/media/bee.png` }],
          edited_at: new Date('2026-11-22T17:00:00Z'),
        },
        {
          mentioned: [ANA],
          hashtags: [{ name: 'Bees', url: `${HOME}/tags/bees` }],
          attachments: [
            {
              media_type: 'video/mp4',
              description: 'a bee flies',
              blurhash: 'UBL_:rOpGG-;~qRjxuof',
              width: 640,
              height: 480,
              focus_x: -0.5,
              focus_y: 0.25,
              duration_seconds: 12.5,
              url: `${HOME}/media/bee.mp4`,
              previewUrl: `${HOME}/media/bee.jpg`,
            },
          ],
        },
      ),
    )
    const parsed = parsePost(note, { followersUri: URIS.followers })
    assert.ok(parsed.ok)
    const { post } = parsed
    assert.deepEqual(
      [post.summary, post.sensitive, post.language, post.inReplyTo, post.updated?.toISOString()],
      ['bees', true, 'pt-BR', 'https://other.example/notes/1', '2026-11-22T17:00:00.000Z'],
    )
    assert.deepEqual(post.mentions, [{ href: ANA.uri, name: '@ana@other.example' }])
    assert.deepEqual(post.hashtags, [{ name: 'Bees', href: `${HOME}/tags/bees` }])
    assert.deepEqual(post.emojis, [{ shortcode: 'bee', url: `${HOME}/media/bee.png` }])
    assert.deepEqual(post.attachments, [
      {
        url: `${HOME}/media/bee.mp4`,
        kind: 'video',
        mediaType: 'video/mp4',
        previewUrl: `${HOME}/media/bee.jpg`,
        description: 'a bee flies',
        width: 640,
        height: 480,
        blurhash: 'UBL_:rOpGG-;~qRjxuof',
        focus: { x: -0.5, y: 0.25 },
        durationSeconds: 12.5,
      },
    ])
    const [attachment] = note['attachment'] as readonly JsonObject[]
    assert.equal(attachment?.['name'], attachment?.['summary'], 'the description is in both places')
  })

  test('without words is still no vote', () => {
    const note = noteObject(
      parts({ content_html: '', language: null, in_reply_to_uri: 'https://other.example/q' }),
    )
    assert.equal(note['content'], '<p></p>')
    assert.ok(!('contentMap' in note))
    const parsed = parsePost(note)
    assert.ok(parsed.ok)
    assert.equal(parsed.post.pollVote, null)
  })

  test('with a poll is a Question', () => {
    const poll = {
      options: [
        { title: 'a', votes: 1 },
        { title: 'b', votes: 2 },
      ],
      isMultiple: true,
      endsAt: new Date('2026-11-23T00:00:00Z'),
      closedAt: null,
      votersCount: 3,
    }
    const parsed = parsePost(noteObject(parts({}, { poll })))
    assert.ok(parsed.ok)
    assert.equal(parsed.post.kind, 'Question')
    assert.deepEqual(parsed.post.poll, poll)
  })

  test('that is deleted leaves a Tombstone', () => {
    const deletedAt = new Date('2026-11-22T18:00:00Z')
    assert.deepEqual(tombstoneDocument({ uri: POST.uri, formerType: 'Note', deletedAt }), {
      '@context': [
        'https://www.w3.org/ns/activitystreams',
        { formerType: { '@id': 'as:formerType', '@type': '@vocab' } },
      ],
      id: POST.uri,
      type: 'Tombstone',
      formerType: 'Note',
      deleted: '2026-11-22T18:00:00Z',
    })
    assert.deepEqual(tombstoneDocument({ uri: POST.uri, formerType: '', deletedAt }), {
      '@context': 'https://www.w3.org/ns/activitystreams',
      id: POST.uri,
      type: 'Tombstone',
      deleted: '2026-11-22T18:00:00Z',
    })
  })
})
