/** WebFinger, NodeInfo and host-meta: what this home answers and what it reads in the answers of others. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hostMetaDocument, parseHostMeta } from '../../../server/activitypub/host-meta.ts'
import type { JsonObject } from '../../../server/activitypub/json.ts'
import {
  findNodeInfoUri,
  nodeInfoDocument,
  nodeInfoLinks,
  nodeInfoMediaType,
  parseNodeInfo,
} from '../../../server/activitypub/nodeinfo.ts'
import {
  parseWebfinger,
  parseWebfingerResource,
  webfingerDocument,
  webfingerUrl,
} from '../../../server/activitypub/webfinger.ts'

const HOME = 'https://social.example.org'

describe('a WebFinger resource', () => {
  const acct = (username: string, host: string): object => ({ kind: 'acct', username, host })
  const CASES: readonly (readonly [resource: unknown, expected: object | null])[] = [
    ['acct:ben@example.org', acct('ben', 'example.org')],
    ['ACCT:Ben@Example.ORG', acct('Ben', 'example.org')],
    ['@ben@example.org', acct('ben', 'example.org')],
    ['ben@example.org', acct('ben', 'example.org')],
    [' ben@bücher.example ', acct('ben', 'xn--bcher-kva.example')],
    ['acct:ben@localhost:4443', acct('ben', 'localhost:4443')],
    ['acct:kay.bsky.example@bridgy.example', acct('kay.bsky.example', 'bridgy.example')],
    ['acct:b%C3%A9n@example.org', acct('bén', 'example.org')],
    ['acct:b%zz@example.org', acct('b%zz', 'example.org')],
    ['https://example.org/@ben', { kind: 'uri', uri: 'https://example.org/@ben' }],
    ['http://example.org/@ben', null],
    ['acct:ben', null],
    ['@ben', null],
    ['ben@', null],
    ['ben@exa mple.org', null],
    ['ben@example.org/path', null],
    ['a@b@example.org', null],
    ['mailto:ben@example.org', null],
    ['', null],
    [undefined, null],
    [['acct:ben@example.org'], null],
    [`acct:${'b'.repeat(3_000)}@example.org`, null],
  ]
  for (const [resource, expected] of CASES) {
    test(JSON.stringify(resource)?.slice(0, 50) ?? 'undefined', () =>
      assert.deepEqual(parseWebfingerResource(resource), expected),
    )
  }
})

describe('WebFinger', () => {
  const parts = {
    username: 'ben',
    handleDomain: 'example.org',
    actorUri: `${HOME}/ap/actors/7`,
    pageUrl: `${HOME}/@ben`,
    subscribeTemplate: `${HOME}/authorize_interaction?uri={uri}`,
  }

  test('of a split domain names the handle by the short one and everything else by the other', () => {
    assert.deepEqual(webfingerDocument(parts), {
      subject: 'acct:ben@example.org',
      aliases: [`${HOME}/@ben`, `${HOME}/ap/actors/7`],
      links: [
        { rel: 'http://webfinger.net/rel/profile-page', type: 'text/html', href: `${HOME}/@ben` },
        { rel: 'self', type: 'application/activity+json', href: `${HOME}/ap/actors/7` },
        {
          rel: 'http://ostatus.org/schema/1.0/subscribe',
          template: `${HOME}/authorize_interaction?uri={uri}`,
        },
      ],
    })
  })

  test('is read back as it was meant', () => {
    assert.deepEqual(parseWebfinger(webfingerDocument(parts)), {
      subject: { username: 'ben', host: 'example.org' },
      selfUri: `${HOME}/ap/actors/7`,
      pageUrl: `${HOME}/@ben`,
      subscribeTemplate: `${HOME}/authorize_interaction?uri={uri}`,
      aliases: [`${HOME}/@ben`, `${HOME}/ap/actors/7`],
    })
  })

  test('without a page and a way to follow has the actor only', () => {
    const document = webfingerDocument({ ...parts, pageUrl: null, subscribeTemplate: null })
    assert.equal((document['links'] as unknown[]).length, 1)
    assert.equal(parseWebfinger(document).selfUri, parts.actorUri)
  })

  const self = (extra: JsonObject): string | null =>
    parseWebfinger({ subject: 'acct:a@b.example', links: [{ rel: 'self', ...extra }] }).selfUri
  const href = 'https://b.example/a'

  test('takes both ActivityPub types and no other', () => {
    assert.equal(self({ type: 'application/activity+json', href }), href)
    assert.equal(
      self({ type: 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"', href }),
      href,
    )
    assert.equal(self({ type: 'application/ld+json', href }), null)
    assert.equal(self({ type: 'text/html', href }), null)
    assert.equal(self({ href }), null)
  })

  test('takes https addresses only', () => {
    assert.equal(self({ type: 'application/activity+json', href: 'http://b.example/a' }), null)
    assert.equal(self({ type: 'application/activity+json', href: 'javascript:alert(1)' }), null)
    const template = (text: unknown): string | null =>
      parseWebfinger({ links: [{ rel: 'http://ostatus.org/schema/1.0/subscribe', template: text }] })
        .subscribeTemplate
    assert.equal(template('javascript:alert("{uri}")'), null)
    assert.equal(template('https://b.example/follow'), null)
    assert.equal(template(7), null)
  })

  test('of nonsense says nothing', () => {
    assert.deepEqual(parseWebfinger({ subject: 7, links: 'x', aliases: [7, 'x'] }), {
      subject: null,
      selfUri: null,
      pageUrl: null,
      subscribeTemplate: null,
      aliases: [],
    })
  })

  test('is asked for by an encoded resource', () => {
    assert.equal(
      webfingerUrl('example.org', 'acct:ben+x@example.org'),
      'https://example.org/.well-known/webfinger?resource=acct%3Aben%2Bx%40example.org',
    )
  })
})

describe('NodeInfo', () => {
  const parts = {
    softwareVersion: '0.1.0',
    identities: 2,
    activeHalfYear: 2,
    activeMonth: 1,
    localPosts: 40,
    nodeName: 'Ben at home',
    nodeDescription: 'bees',
  }

  test('is found by its links, the newer first', () => {
    const links = nodeInfoLinks(HOME, `${HOME}/ap/instance`)
    assert.equal(findNodeInfoUri(links), `${HOME}/nodeinfo/2.1`)
    assert.ok(JSON.stringify(links).includes('ns/activitystreams#Application'))
    const old = { rel: 'http://nodeinfo.diaspora.software/ns/schema/1.0', href: 'https://b.example/1' }
    assert.equal(findNodeInfoUri({ links: old }), 'https://b.example/1')
    assert.equal(findNodeInfoUri({ links: [{ ...old, href: 'http://b.example/1' }] }), null)
    assert.equal(findNodeInfoUri({}), null)
  })

  for (const version of ['2.0', '2.1'] as const) {
    test(`${version} is read back as it was meant`, () => {
      const document = nodeInfoDocument(version, parts)
      assert.equal(document['version'], version)
      assert.deepEqual(document['protocols'], ['activitypub'])
      assert.deepEqual(parseNodeInfo(document), {
        software: 'homebird',
        softwareVersion: '0.1.0',
        openRegistrations: false,
        users: 2,
        localPosts: 40,
      })
      assert.ok(nodeInfoMediaType(version).includes(`schema/${version}#`))
    })
  }

  test('of others is cleaned and clamped', () => {
    assert.deepEqual(
      parseNodeInfo({
        software: { name: 'MASTODON\u202e\n', version: 'x'.repeat(1_000) },
        openRegistrations: 'true',
        usage: { users: { total: -5 }, localPosts: 1e300 },
      }),
      {
        software: 'mastodon',
        softwareVersion: 'x'.repeat(100),
        openRegistrations: true,
        users: null,
        localPosts: null,
      },
    )
    assert.equal(parseNodeInfo({ software: 'x', usage: [] }).software, null)
  })
})

describe('host-meta', () => {
  test('names the WebFinger of the service host and is read back', () => {
    const xml = hostMetaDocument(HOME)
    assert.match(xml, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<XRD /)
    assert.equal(parseHostMeta(xml), `${HOME}/.well-known/webfinger?resource={uri}`)
  })

  const TEMPLATE = 'template="https://b.example/wf?r={uri}"'
  const CASES: readonly (readonly [why: string, xml: string, expected: string | null])[] = [
    [
      'with a start and an end tag',
      `<XRD><Link rel='lrdd' ${TEMPLATE}></Link></XRD>`,
      'https://b.example/wf?r={uri}',
    ],
    [
      'with references',
      '<XRD><Link rel="lrdd" template="https://b.example/?a=1&amp;r={uri}"/></XRD>',
      'https://b.example/?a=1&r={uri}',
    ],
    ['with a doctype', `<!DOCTYPE x [<!ENTITY a "b">]><XRD><Link rel="lrdd" ${TEMPLATE}/></XRD>`, null],
    ['with another relation', `<XRD><Link rel="other" ${TEMPLATE}/></XRD>`, null],
    ['without https', '<XRD><Link rel="lrdd" template="http://b.example/{uri}"/></XRD>', null],
    ['without a place for the resource', '<XRD><Link rel="lrdd" template="https://b.example/"/></XRD>', null],
    ['that is no XML', 'nothing', null],
  ]
  for (const [why, xml, expected] of CASES) test(why, () => assert.equal(parseHostMeta(xml), expected))
})
