/** What this home says, read with the typed vocabulary that Fedify and whatever is built on it use. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as vocab from '@fedify/vocab'
import { offlineContexts } from '../../support/json-ld.ts'
import type { Document } from '../../support/busy-home.ts'
import { collectToldDocuments, kindOf, objectOf } from '../../support/told-documents.ts'

const { busy, told, sent, served, all, at, last } = await collectToldDocuments()
const { home, ana, elsewhere } = busy
const me = home.me.uri
const PUBLIC = 'https://www.w3.org/ns/activitystreams#Public'

/** Everything that is asked for has to be in the document, from whichever origin it is. */
const offline = {
  crossOrigin: 'trust',
  contextLoader: offlineContexts,
  documentLoader: async (url: string): Promise<never> =>
    Promise.reject(new Error(`${url} is not in the document`)),
} as const

interface Kind<T> {
  fromJsonLd(json: unknown, options: typeof offline): Promise<T>
}

/** As its bytes come in. */
async function read<T>(kind: Kind<T>, document: Document): Promise<T> {
  return kind.fromJsonLd(JSON.parse(JSON.stringify(document)), offline)
}

const hrefs = (urls: ReadonlyArray<URL | null>): Array<string | undefined> => urls.map((url) => url?.href)

/** The name of its class, as its vocabulary gives it. */
const typeOf = (object: vocab.Object): string | undefined =>
  (object.constructor as typeof vocab.Object).typeId.hash.slice(1)

async function listed<T>(items: AsyncIterable<T>): Promise<T[]> {
  return Array.fromAsync(items)
}

/** Fedify has no place for a Link, such as a Hashtag, where an activity has its object; Mastodon wants it there. */
const isReadable = (document: Document): boolean => objectOf(document)['type'] !== 'Hashtag'

test('everything is read as what it is', async () => {
  for (const [name, document] of all.filter(([, one]) => isReadable(one))) {
    const object = await read(vocab.Object, document)
    assert.equal(object.id?.href, document['id'], name)
    assert.equal(typeOf(object), document['type'], name)
  }
})

test('every activity has its actor, its addressees and its object', async () => {
  for (const document of sent.filter(isReadable)) {
    const name = kindOf(document)
    const activity = await read(vocab.Activity, document)
    assert.equal(activity.actorId?.href, document['actor'], name)
    assert.deepEqual(hrefs(activity.toIds), document['to'] ?? [], name)
    assert.deepEqual(hrefs(activity.ccIds), document['cc'] ?? [], name)
    const { object } = document
    if (Array.isArray(object)) assert.deepEqual(hrefs(activity.objectIds), object, name)
    else if (typeof object === 'string') assert.equal(activity.objectId?.href, object, name)
    else {
      const inner = await activity.getObject(offline)
      assert.equal(inner?.id?.href, objectOf(document)['id'], name)
      assert.equal(inner && typeOf(inner), objectOf(document)['type'], name)
    }
    if (document['target'] !== undefined) assert.equal(activity.targetId?.href, document['target'], name)
    if (document['published'] !== undefined) {
      assert.equal(String(activity.published), document['published'], name)
    }
  }
})

test('a profile has its collections, its keys and its other names', async () => {
  for (const document of [at(me), objectOf(last('Update Person'))]) {
    const person = await read(vocab.Person, { '@context': at(me)['@context'], ...document })
    assert.equal(person.preferredUsername, 'ben')
    assert.equal(person.name, 'Ben :blob:')
    assert.deepEqual(
      hrefs([person.inboxId, person.outboxId, person.followersId, person.followingId]),
      ['inbox', 'outbox', 'followers', 'following'].map((name) => `${me}/${name}`),
    )
    assert.deepEqual(hrefs([person.featuredId, person.featuredTagsId]), [`${me}/featured`, `${me}/tags`])
    assert.equal(person.endpoints?.sharedInbox?.href, 'https://home.example/ap/inbox')
    assert.deepEqual(
      [person.discoverable, person.indexable, person.manuallyApprovesFollowers],
      [true, true, false],
    )
    assert.deepEqual(hrefs(person.aliasIds), [elsewhere.uri])
    assert.equal(person.successorId?.href, elsewhere.uri)
    assert.equal((await person.getIcon(offline))?.mediaType, 'image/png')
    const [field] = await listed(person.getAttachments(offline))
    assert.ok(field instanceof vocab.PropertyValue)
    assert.equal(field.name, 'Site')
    const [emoji] = await listed(person.getTags(offline))
    assert.ok(emoji instanceof vocab.Emoji)
  }
})

test('keys are those of their owners', async () => {
  for (const [kind, uri] of [
    [vocab.Person, me],
    [vocab.Application, 'https://home.example/ap/instance'],
  ] as const) {
    const actor = await read<vocab.Person | vocab.Application>(kind, at(uri))
    const key = await actor.getPublicKey(offline)
    assert.equal(key?.ownerId?.href, uri)
    assert.equal(key.publicKey?.algorithm.name, 'RSASSA-PKCS1-v1_5')
    const [multikey] = await listed(actor.getAssertionMethods(offline))
    assert.equal(multikey?.controllerId?.href, uri)
    assert.equal(multikey.publicKey?.algorithm.name, 'Ed25519')
  }
})

describe('a post', () => {
  const { post, quoted, stamp } = told

  test('has its text, its warning, its tags and its thread', async () => {
    const document = at(post.uri)
    const note = await read(vocab.Note, document)
    assert.equal(note.attributionId?.href, me)
    assert.deepEqual(hrefs(note.toIds), [PUBLIC])
    assert.deepEqual(hrefs(note.ccIds), [`${me}/followers`, ana.uri])
    assert.deepEqual([note.sensitive, String(note.summary)], [true, 'birds'])
    assert.equal(note.content, document['content'])
    const [, inEnglish] = note.contents
    assert.ok(typeof inEnglish === 'object')
    assert.equal(String(inEnglish.locale), 'en')
    assert.deepEqual(
      [String(note.published), String(note.updated)],
      [document['published'], document['updated']],
    )
    assert.equal(note.contextIds[0]?.href, `${post.uri}/context`)
    const [mention, hashtag, emoji, link] = await listed(note.getTags(offline))
    assert.ok(mention instanceof vocab.Mention && mention.href?.href === ana.uri)
    assert.ok(hashtag instanceof vocab.Hashtag && hashtag.name === '#GoldFinch')
    assert.ok(emoji instanceof vocab.Emoji && emoji.name === ':blob:')
    assert.ok(link instanceof vocab.Link && link.href?.href === quoted.uri)
    const replies = await note.getReplies(offline)
    assert.equal(replies?.totalItems, 1)
  })

  test('has its film', async () => {
    const note = await read(vocab.Note, at(post.uri))
    const [film] = await listed(note.getAttachments(offline))
    assert.ok(film instanceof vocab.Document)
    assert.equal(film.mediaType, 'video/mp4')
    assert.equal(film.name, 'a goldfinch')
    assert.deepEqual([film.width, film.height], [640, 480])
    assert.equal(film.url instanceof URL ? film.url.href : null, 'https://home.example/media/a.mp4')
  })

  test('quotes by leave', async () => {
    for (const document of [at(post.uri), { ...objectOf(last('Update Note', post.uri)) }]) {
      const note = await read(vocab.Note, { '@context': at(post.uri)['@context'], ...document })
      assert.equal(note.quoteId?.href, quoted.uri)
      assert.equal(note.quoteUrl?.href, quoted.uri)
      assert.equal(note.quoteAuthorizationId?.href, stamp.id)
      const approvals = note.interactionPolicy?.canQuote?.automaticApprovals ?? []
      assert.deepEqual(hrefs(approvals), [PUBLIC])
    }
  })

  test('that asks has answers, votes and an end', async () => {
    const [one, many] = told.polls
    const question = await read(vocab.Question, at(one.uri))
    const options = await listed(question.getExclusiveOptions(offline))
    assert.deepEqual(
      options.map((option) => option.name),
      ['yes', 'no'],
    )
    assert.ok(options[0] instanceof vocab.Note)
    const replies = await options[0].getReplies(offline)
    assert.equal(replies?.totalItems, 1)
    assert.equal(question.voters, 1)
    assert.equal(String(question.endTime), at(one.uri)['endTime'])
    const several = await listed((await read(vocab.Question, at(many.uri))).getInclusiveOptions(offline))
    assert.deepEqual(
      several.map((option) => option.name),
      ['tea', 'milk'],
    )
  })

  test('that is gone says what it was', async () => {
    const tomb = await read(vocab.Tombstone, at(told.deleted.uri))
    assert.equal(tomb.formerType, vocab.Note)
    assert.equal(String(tomb.deleted), at(told.deleted.uri)['deleted'])
    const inside = await (await read(vocab.Delete, last('Delete Tombstone'))).getObject(offline)
    assert.ok(inside instanceof vocab.Tombstone && inside.formerType === vocab.Note)
    assert.equal((await read(vocab.Tombstone, at(told.mask.uri))).formerType, vocab.Person)
  })
})

test('requests to quote and stamps are what they are to FEP-044f', async () => {
  const request = await read(vocab.QuoteRequest, last('QuoteRequest'))
  assert.equal(request.objectId?.href, told.quoted.uri)
  assert.equal((await request.getInstrument(offline))?.id?.href, told.post.uri)
  const accept = await read(vocab.Accept, last('Accept QuoteRequest'))
  assert.ok((await accept.getObject(offline)) instanceof vocab.QuoteRequest)
  assert.match(String(accept.resultId?.href), /^https:\/\/home\.example\/ap\/quote-authorizations\//)
  const stamp = await read(vocab.QuoteAuthorization, at(told.ownStamp))
  assert.equal(stamp.attributionId?.href, me)
  assert.match(String(stamp.interactingObjectId?.href), /^https:\/\/mastodon\.example\//)
  assert.match(String(stamp.interactionTargetId?.href), /^https:\/\/home\.example\/ap\/posts\//)
})

test('reactions bring their emoji and its picture', async () => {
  const reactions = sent.filter(({ content }) => content === ':blob:')
  assert.deepEqual(new Set(reactions.map(({ type }) => type)), new Set(['Like', 'EmojiReact']))
  for (const document of reactions) {
    const reaction = await read(vocab.Activity, document)
    assert.equal(reaction.content, ':blob:')
    const [emoji] = await listed(reaction.getTags(offline))
    assert.ok(emoji instanceof vocab.Emoji)
    const icon = await emoji.getIcon(offline)
    assert.equal(icon?.url instanceof URL ? icon.url.href : null, 'https://home.example/media/blob.png')
  }
})

test('collections have their numbers, their pages and their items', async () => {
  for (const [uri, document] of served) {
    if (!/Collection/.test(String(document['type']))) continue
    const collection = await read(vocab.Collection, document)
    const total = document['totalItems']
    if (total !== undefined) assert.equal(collection.totalItems, total, uri)
    const first = document['first']
    if (typeof first === 'string') assert.equal(collection.firstId?.href, first, uri)
    const items = (document['orderedItems'] ?? document['items'] ?? []) as Array<string | Document>
    const ids = items.flatMap((item) => (typeof item === 'string' ? item : (item['id'] ?? []))) as string[]
    assert.deepEqual(
      hrefs(collection.itemIds).filter((id) => id !== undefined),
      ids,
      uri,
    )
  }
  const [hashtag] = await listed((await read(vocab.Collection, at(`${me}/tags`))).getItems(offline))
  assert.ok(hashtag instanceof vocab.Hashtag && hashtag.name === '#GoldFinch')
})
