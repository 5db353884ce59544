/** What this home says, read by the book of JSON-LD: nothing is lost, and every word means what everybody means by it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Document } from '../../support/busy-home.ts'
import { type Expanded, expandWhole, namesIn, nodesOf, valuesOf } from '../../support/json-ld.ts'
import { collectToldDocuments, kindOf, objectOf } from '../../support/told-documents.ts'

const AS = 'https://www.w3.org/ns/activitystreams#'
const SEC = 'https://w3id.org/security#'
const TOOT = 'http://joinmastodon.org/ns#'
const GTS = 'https://gotosocial.org/ns#'
const FEP = 'https://w3id.org/fep/044f#'
const MISSKEY = 'https://misskey-hub.net/ns#'
const XSD = 'http://www.w3.org/2001/XMLSchema#'

const { busy, told, sent, all, at, last } = await collectToldDocuments()
const { home, ana, elsewhere } = busy
const me = home.me.uri

test('every kind of activity has left', () => {
  const kinds = new Set(sent.map(kindOf))
  const expected = `Accept Follow|Accept QuoteRequest|Add|Add Hashtag|Announce|Block|Create Note|Create Question|Delete
    |Delete QuoteAuthorization|Delete Tombstone|EmojiReact|Flag|Follow|Like|Move|QuoteRequest|Reject Follow
    |Reject QuoteRequest|Remove|Remove Hashtag|Undo Announce|Undo Block|Undo EmojiReact|Undo Follow|Undo Like|Update Note
    |Update Person|Update Question`
  assert.deepEqual(
    [...kinds].toSorted(),
    expected.split('|').map((kind) => kind.trim()),
  )
  assert.ok(sent.some(({ type, _misskey_reaction: emoji }) => type === 'Like' && emoji === undefined))
  assert.ok(sent.some(({ type, _misskey_reaction: emoji }) => type === 'Like' && emoji === ':blob:'))
})

test('of what is sent and served nothing is lost', async () => {
  for (const [name, document] of all) {
    await assert.doesNotReject(expandWhole(document), `${name}: ${JSON.stringify(document)}`)
  }
})

test('no context says what its document does not use, and who uses nothing has none but the plain one', () => {
  for (const [name, document] of all) {
    const { '@context': context, ...rest } = document
    const [first, ...more] = [context].flat()
    assert.equal(first, AS.slice(0, -1), name)
    const text = JSON.stringify(rest)
    const terms = more.flatMap((one) => (typeof one === 'object' ? Object.entries(one as object) : []))
    for (const [term] of terms) {
      const isUsed = text.includes(`"${term}":`) || text.includes(`"type":"${term}"`)
      const isPrefix = terms.some(([, meaning]) => JSON.stringify(meaning).includes(`"${term}:`))
      assert.ok(isUsed || isPrefix, `${name} does not use ${term}`)
    }
    assert.equal(typeof context === 'string', more.length === 0, name)
  }
  for (const kind of [
    'Follow',
    'Accept Follow',
    'Announce',
    'Undo Follow',
    'Block',
    'Move',
    'Add',
    'Flag',
    'Delete',
  ]) {
    assert.equal(typeof last(kind)['@context'], 'string', kind)
  }
  assert.equal(typeof at(`${me}/outbox`)['@context'], 'string')
})

describe('a profile', async () => {
  const actor = await expandWhole(at(me))
  const is = (iri: string, ...values: unknown[]): void => assert.deepEqual(valuesOf(actor, iri), values, iri)

  test('says where it is and what it wants', () => {
    assert.equal(actor['@id'], me)
    assert.deepEqual(actor['@type'], [`${AS}Person`])
    is('http://www.w3.org/ns/ldp#inbox', `${me}/inbox`)
    is(`${AS}outbox`, `${me}/outbox`)
    is(`${AS}followers`, `${me}/followers`)
    is(`${AS}following`, `${me}/following`)
    is(`${TOOT}featured`, `${me}/featured`)
    is(`${TOOT}featuredTags`, `${me}/tags`)
    is(`${TOOT}discoverable`, true)
    is(`${TOOT}indexable`, true)
    is(`${AS}manuallyApprovesFollowers`, false)
    is(`${AS}alsoKnownAs`, elsewhere.uri)
    is(`${AS}movedTo`, elsewhere.uri)
    is(`${AS}url`, 'https://home.example/@ben')
    is('https://purl.archive.org/socialweb/webfinger#webfinger', 'ben@home.example')
    assert.match(String(valuesOf(actor, `${AS}published`)[0]), /T00:00:00Z\^\^http.*#dateTime$/)
    const [endpoints] = nodesOf(actor, `${AS}endpoints`)
    assert.deepEqual(valuesOf(endpoints, `${AS}sharedInbox`), ['https://home.example/ap/inbox'])
  })

  test('hands out its keys, and so does the instance actor', async () => {
    for (const uri of [me, 'https://home.example/ap/instance']) {
      const owner = await expandWhole(at(uri))
      const [rsa] = nodesOf(owner, `${SEC}publicKey`)
      assert.deepEqual(valuesOf(rsa, `${SEC}owner`), [uri])
      assert.match(String(valuesOf(rsa, `${SEC}publicKeyPem`)[0]), /^-----BEGIN PUBLIC KEY/)
      const [key] = nodesOf(owner, `${SEC}assertionMethod`)
      assert.deepEqual(key?.['@type'], [`${SEC}Multikey`])
      assert.deepEqual(valuesOf(key, `${SEC}controller`), [uri])
      assert.match(String(valuesOf(key, `${SEC}publicKeyMultibase`)[0]), /^z6Mk.*\^\^.*#multibase$/)
    }
  })

  test('shows its fields, pictures and emojis', () => {
    const [field] = nodesOf(actor, `${AS}attachment`)
    assert.deepEqual(field?.['@type'], ['http://schema.org#PropertyValue'])
    assert.match(String(valuesOf(field, 'http://schema.org#value')[0]), /ben\.example/)
    const [emoji] = nodesOf(actor, `${AS}tag`)
    assert.deepEqual(emoji?.['@type'], [`${TOOT}Emoji`])
    for (const iri of [`${AS}icon`, `${AS}image`]) {
      const [picture] = nodesOf(actor, iri)
      assert.deepEqual(picture?.['@type'], [`${AS}Image`])
    }
  })
})

describe('a post', async () => {
  const { post, quoted, stamp } = told
  const document = at(post.uri)
  const update = await expandWhole(last('Update Note', post.uri))
  const notes = [await expandWhole(document), ...nodesOf(update, `${AS}object`)]
  const is = (iri: string, ...values: unknown[]): void => {
    for (const note of notes) assert.deepEqual(valuesOf(note, iri), values, iri)
  }

  test('says who writes, to whom, when and in which thread', () => {
    is(`${AS}attributedTo`, me)
    is(`${AS}to`, `${AS}Public`)
    is(`${AS}cc`, `${me}/followers`, ana.uri)
    is(`${AS}context`, `${post.uri}/context`)
    is('http://ostatus.org#conversation', `${post.uri}/context`)
    is(`${AS}published`, `${String(document['published'])}^^${XSD}dateTime`)
    is(`${AS}updated`, `${String(document['updated'])}^^${XSD}dateTime`)
    is(`${AS}sensitive`, true)
    is(`${AS}summary`, 'birds')
    is(`${AS}content`, document['content'], `${String(document['content'])}@en`)
    for (const name of ['likes', 'shares']) {
      assert.deepEqual(
        nodesOf(notes[0], AS + name).map((one) => one['@id']),
        [`${post.uri}/${name}`],
      )
    }
    assert.deepEqual(
      nodesOf(notes[0], `${AS}replies`).map((one) => one['@id']),
      [`${post.uri}/replies`],
    )
  })

  test('shows its tags and its film', () => {
    for (const note of notes) {
      const types = nodesOf(note, `${AS}tag`).map((tag) => String(tag['@type']))
      assert.deepEqual(types, [`${AS}Mention`, `${AS}Hashtag`, `${TOOT}Emoji`, `${AS}Link`])
      const [film] = nodesOf(note, `${AS}attachment`)
      const has = (iri: string): unknown => valuesOf(film, iri)[0]
      assert.deepEqual(has(`${TOOT}focalPoint`), [0.5, -0.25])
      assert.equal(has(`${TOOT}blurhash`), 'LEHV6nWB2yk8pyo0adR*.7kCMdnj')
      assert.equal(has(`${AS}name`), 'a goldfinch')
      assert.equal(has(`${AS}mediaType`), 'video/mp4')
      assert.equal(has(`${AS}url`), 'https://home.example/media/a.mp4')
      assert.equal(has(`${AS}duration`), `PT12.5S^^${XSD}duration`)
      assert.equal(has(`${AS}width`), `640^^${XSD}nonNegativeInteger`)
    }
  })

  test('says what it quotes and who may quote it', () => {
    is(`${FEP}quote`, quoted.uri)
    is(`${FEP}quoteAuthorization`, stamp.id)
    is('http://fedibird.com/ns#quoteUri', quoted.uri)
    is(`${MISSKEY}_misskey_quote`, quoted.uri)
    for (const note of notes) {
      const [policy] = nodesOf(note, `${GTS}interactionPolicy`)
      const [canQuote] = nodesOf(policy, `${GTS}canQuote`)
      assert.deepEqual(valuesOf(canQuote, `${GTS}automaticApproval`), [`${AS}Public`])
    }
  })

  test('that is gone says what it was', async () => {
    const activity = await expandWhole(last('Delete Tombstone'))
    const tombs = [await expandWhole(at(told.deleted.uri)), ...nodesOf(activity, `${AS}object`)]
    for (const tomb of tombs) {
      assert.deepEqual([tomb['@id'], tomb['@type']], [told.deleted.uri, [`${AS}Tombstone`]])
      assert.deepEqual(valuesOf(tomb, `${AS}formerType`), [`${AS}Note`])
    }
  })

  test('that asks has its answers and their number', async () => {
    const [one, many] = told.polls
    for (const [poll, iri, votes] of [
      [one, 'oneOf', 1],
      [many, 'anyOf', 0],
    ] as const) {
      const question = await expandWhole(at(poll.uri))
      assert.deepEqual(question['@type'], [`${AS}Question`])
      const options = nodesOf(question, AS + iri)
      assert.equal(options.length, 2)
      const [replies] = nodesOf(options[0], `${AS}replies`)
      assert.deepEqual(valuesOf(replies, `${AS}totalItems`), [`${votes}^^${XSD}nonNegativeInteger`])
      assert.deepEqual(valuesOf(question, `${TOOT}votersCount`), [votes])
      assert.match(String(valuesOf(question, `${AS}endTime`)[0]), /dateTime$/)
    }
  })
})

test('quotes are asked for and agreed to in the words of FEP-044f', async () => {
  const { post, quoted, ownStamp } = told
  const request = await expandWhole(last('QuoteRequest'))
  assert.deepEqual(request['@type'], [`${FEP}QuoteRequest`])
  assert.deepEqual(valuesOf(request, `${AS}object`), [quoted.uri])
  assert.deepEqual(
    nodesOf(request, `${AS}instrument`).map((one) => one['@id']),
    [post.uri],
  )
  const accept = await expandWhole(last('Accept QuoteRequest'))
  assert.equal(valuesOf(accept, `${AS}result`).length, 1)
  assert.deepEqual(nodesOf(accept, `${AS}object`)[0]?.['@type'], [`${FEP}QuoteRequest`])
  const deletion = await expandWhole(last('Delete QuoteAuthorization'))
  for (const stamp of [await expandWhole(at(ownStamp)), ...nodesOf(deletion, `${AS}object`)]) {
    assert.deepEqual(stamp['@type'], [`${FEP}QuoteAuthorization`])
    assert.match(String(valuesOf(stamp, `${GTS}interactingObject`)[0]), /^https:\/\/mastodon\.example\//)
    assert.match(String(valuesOf(stamp, `${GTS}interactionTarget`)[0]), /^https:\/\/home\.example\//)
  }
})

test('reactions say their emoji in both dialects', async () => {
  const likes = sent.filter(({ type, content }) => type === 'Like' && content === ':blob:')
  const reacts = sent.filter(({ type, content }) => type === 'EmojiReact' && content === ':blob:')
  const read = async (list: Document[]): Promise<Expanded> => expandWhole(list[0] ?? {})
  const like = await read(likes)
  const react = await read(reacts)
  assert.deepEqual(like['@type'], [`${AS}Like`])
  assert.deepEqual(react['@type'], ['http://litepub.social/ns#EmojiReact'])
  assert.deepEqual(valuesOf(like, `${MISSKEY}_misskey_reaction`), [':blob:'])
  for (const reaction of [like, react]) {
    assert.deepEqual(valuesOf(reaction, `${AS}content`), [':blob:'])
    assert.ok(namesIn(nodesOf(reaction, `${AS}tag`)).has(`${TOOT}Emoji`))
  }
})

test('what readers of plain JSON rely on stands', () => {
  for (const [name, document] of all) {
    for (const node of [document, objectOf(document)].filter(({ type }) => type !== undefined)) {
      assert.equal(typeof node['type'], 'string', name)
      assert.ok(node['id'] === undefined || String(node['id']).startsWith('https://'), name)
      assert.ok(node['url'] === undefined || typeof node['url'] === 'string', name)
      for (const list of ['to', 'cc', 'tag', 'attachment']) {
        assert.ok(node[list] === undefined || Array.isArray(node[list]), `${name} ${list}`)
      }
    }
  }
  for (const activity of sent) assert.match(String(activity['actor']), /^https:\/\/home\.example\/ap\//)
  const { post } = told
  const note = at(post.uri)
  for (const word of ['quote', 'quoteUri', '_misskey_quote']) assert.equal(note[word], told.quoted.uri)
  assert.equal(note['content'], (note['contentMap'] as Document)['en'])
})
