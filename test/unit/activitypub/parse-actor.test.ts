/** Actor documents at their limits and beyond. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../../server/activitypub/json.ts'
import { parseActor } from '../../../server/activitypub/parse-actor.ts'
import type { ActorFacts } from '../../../server/activitypub/parse-actor.ts'

const ANA = 'https://a.example/users/ana'
const MINIMAL = { id: ANA, type: 'Person', preferredUsername: 'ana', inbox: `${ANA}/inbox` }
const KEY = { id: `${ANA}#main-key`, owner: ANA, publicKeyPem: 'PEM' }

function actor(extra: JsonObject = {}): ActorFacts {
  const parsed = parseActor({ ...MINIMAL, ...extra })
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.reason)
  return parsed.actor
}

test('the least there can be is enough', () => {
  assert.deepEqual(actor(), {
    uri: ANA,
    kind: 'Person',
    username: 'ana',
    emojis: [],
    inbox: `${ANA}/inbox`,
    name: '',
    summaryHtml: '',
    url: null,
    icon: null,
    image: null,
    fields: [],
    published: null,
    webfinger: null,
    sharedInbox: null,
    outbox: null,
    followers: null,
    following: null,
    featured: null,
    featuredTags: null,
    publicKeys: [],
    assertionMethods: [],
    alsoKnownAs: [],
    movedTo: null,
    manuallyApprovesFollowers: false,
    discoverable: false,
    indexable: false,
    memorial: false,
    suspended: false,
  })
})

test('people, bots, applications, groups and organisations are actors', () => {
  for (const kind of ['Person', 'Service', 'Application', 'Group', 'Organization']) {
    assert.equal(actor({ type: kind }).kind, kind)
  }
})

describe('refused', () => {
  const CASES: readonly (readonly [why: string, extra: JsonObject])[] = [
    ['a type that is no actor', { type: 'Note' }],
    ['two types', { type: ['Person', 'Service'] }],
    ['an id that is no https URI', { id: 'http://a.example/users/ana' }],
    ['no inbox', { inbox: undefined }],
    ['an inbox on another host', { inbox: 'https://b.example/inbox' }],
    ['an inbox on another port', { inbox: 'https://a.example:8443/inbox' }],
    ['an inbox as an object', { inbox: { id: `${ANA}/inbox` } }],
    ['no user name', { preferredUsername: '' }],
    ['a user name that is an address', { preferredUsername: 'ana@b.example' }],
    ['a user name with a blank', { preferredUsername: 'ana b' }],
    ['a user name with a slash', { preferredUsername: 'ana/b' }],
    ['a user name of 300 characters', { preferredUsername: 'a'.repeat(300) }],
  ]
  for (const [why, extra] of CASES) test(why, () => assert.ok(!parseActor({ ...MINIMAL, ...extra }).ok))
})

describe('endpoints', () => {
  test('elsewhere are dropped, one by one', () => {
    const facts = actor({
      outbox: `${ANA}/outbox`,
      followers: 'https://b.example/followers',
      following: { id: `${ANA}/following` },
      featured: ['https://A.EXAMPLE:443/featured'],
      endpoints: { sharedInbox: 'https://b.example/inbox' },
    })
    assert.equal(facts.outbox, `${ANA}/outbox`)
    assert.equal(facts.followers, null)
    assert.equal(facts.following, `${ANA}/following`)
    assert.equal(facts.featured, 'https://A.EXAMPLE:443/featured')
    assert.equal(facts.sharedInbox, null)
  })
})

describe('keys', () => {
  test('of this actor on its own origin are taken', () => {
    assert.deepEqual(actor({ publicKey: [KEY, { ...KEY, id: `${ANA}/other` }] }).publicKeys, [
      { id: `${ANA}#main-key`, pem: 'PEM' },
      { id: `${ANA}/other`, pem: 'PEM' },
    ])
  })

  const OTHERS: readonly (readonly [why: string, key: JsonObject])[] = [
    ['of another actor', { ...KEY, owner: 'https://a.example/users/ben' }],
    ['on another host', { ...KEY, id: 'https://b.example/key' }],
    ['without an id', { ...KEY, id: undefined }],
    ['without a PEM', { ...KEY, publicKeyPem: { x: 1 } }],
    ['of a megabyte', { ...KEY, publicKeyPem: 'x'.repeat(1_000_000) }],
  ]
  for (const [why, publicKey] of OTHERS) {
    test(`${why} are not`, () => assert.deepEqual(actor({ publicKey }).publicKeys, []))
  }

  test('as Multikeys are taken under the same conditions', () => {
    const multikey = {
      id: `${ANA}#ed`,
      type: 'Multikey',
      controller: ANA,
      publicKeyMultibase: `z6Mk${'a'.repeat(44)}`,
    }
    const bad = [
      { ...multikey, controller: 'https://a.example/users/ben' },
      { ...multikey, id: 'https://b.example/#ed' },
      { ...multikey, publicKeyMultibase: 'uAAAA' },
      { ...multikey, publicKeyMultibase: 'z0OIl' },
      { ...multikey, type: 'Ed25519VerificationKey2020' },
      `${ANA}#ed`,
    ]
    assert.deepEqual(actor({ assertionMethod: [...bad, multikey] }).assertionMethods, [
      { id: multikey.id, publicKeyMultibase: multikey.publicKeyMultibase },
    ])
  })
})

describe('texts', () => {
  test('are sanitised, decoded and cut', () => {
    const facts = actor({
      name: `Ana &amp; <b>Ben</b>\u0000\n ${'x'.repeat(5_000)}`,
      summary: `<p onclick=x>hi<script>alert(1)</script></p>${'y'.repeat(50_000)}`,
    })
    assert.ok(facts.name.startsWith('Ana & <b>Ben</b> xxx'))
    assert.equal(facts.name.length, 2_048)
    assert.ok(facts.summaryHtml.startsWith('<p>hi</p>yyy'))
    assert.ok(facts.summaryHtml.length <= 20_000)
  })

  test('of fields are capped in number and length', () => {
    const field = { type: 'PropertyValue', name: '<i>Site</i>', value: '<a href="javascript:x">x</a>' }
    const facts = actor({
      attachment: [
        { type: 'IdentityProof', name: 'x' },
        { ...field, name: '' },
        ...Array.from({ length: 60 }, () => field),
      ],
    })
    assert.ok(facts.fields.length <= 50)
    assert.deepEqual(facts.fields[0], { name: 'Site', value: 'x' })
    const long = actor({
      attachment: { type: 'schema:PropertyValue', name: 'n'.repeat(9_000), value: 'v'.repeat(9_000) },
    })
    assert.equal(long.fields[0]?.name.length, 2_047)
    assert.equal(long.fields[0]?.value.length, 2_047)
  })

  test('of a wrong type are empty', () => {
    const facts = actor({
      name: 7,
      summary: { a: 1 },
      icon: 'x',
      image: [null],
      url: 7,
      attachment: 'x',
      tag: 7,
    })
    assert.deepEqual(
      [facts.name, facts.summaryHtml, facts.icon, facts.image, facts.url],
      ['', '', null, null, null],
    )
  })
})

describe('relations', () => {
  test('aliases are https ids, never itself, at most 256', () => {
    const aliases = Array.from({ length: 400 }, (_, index) => `https://old.example/${index}`)
    const facts = actor({ alsoKnownAs: [ANA, 'at://did:plc:x', ...aliases] })
    assert.ok(facts.alsoKnownAs.length <= 256)
    assert.equal(facts.alsoKnownAs[0], 'https://old.example/0')
    assert.deepEqual(actor({ alsoKnownAs: 'https://old.example/1' }).alsoKnownAs, ['https://old.example/1'])
  })

  test('a move to itself is none', () => {
    assert.equal(actor({ movedTo: ANA }).movedTo, null)
    assert.equal(actor({ movedTo: { id: 'https://new.example/ana' } }).movedTo, 'https://new.example/ana')
  })

  test('a claimed handle is read with and without its scheme', () => {
    assert.equal(actor({ webfinger: 'acct:ana@a.example' }).webfinger, 'ana@a.example')
    assert.equal(actor({ webfinger: '@ana@a.example' }).webfinger, 'ana@a.example')
    assert.equal(actor({ webfinger: 'ana' }).webfinger, null)
  })

  test('pictures must come by https; the largest is taken', () => {
    const icon = [
      { type: 'Image', url: 'https://a.example/s.png', width: 48 },
      { type: 'Image', url: 'https://a.example/l.png', width: 400, name: 'me' },
      { type: 'Image', url: 'http://a.example/xl.png', width: 4_000 },
    ]
    assert.deepEqual(actor({ icon }).icon, {
      url: 'https://a.example/l.png',
      mediaType: null,
      description: 'me',
    })
    assert.equal(actor({ icon: { type: 'Image', url: 'javascript:alert(1)' } }).icon, null)
    assert.equal(actor({ icon: 'https://a.example/i.png' }).icon?.url, 'https://a.example/i.png')
  })
})
