/**
 * Test 7 of the tunnel page for what is kept on the way: a cache that minds less than it should yields its code alone,
 * scripted ones and real ones, and what was measured is what answers go by.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { checkCaching } from '../../../server/domain/doctor/outside/check-caching.ts'
import { checkFidelity } from '../../../server/domain/doctor/outside/check-fidelity.ts'
import { checkSize } from '../../../server/domain/doctor/outside/check-size.ts'
import { checkWho } from '../../../server/domain/doctor/outside/check-who.ts'
import { createNginx, createVarnish } from '../../../server/domain/purges/drivers/own-edges.ts'
import { ALL_FORGOTTEN, type Purger, notForgotten } from '../../../server/domain/purges/purger.ts'
import { createEdgeCalls } from '../../../server/net/edge-calls.ts'
import type { Edge } from '../../support/edge-process.ts'
import {
  type ExaminedHome,
  type Look,
  cachingEdge,
  isPublic,
  namesOf,
  openExaminedHome,
  without,
} from '../../support/examined-home.ts'
import type { EdgeFault } from '../../support/faulty-edge.ts'
import { type FrontKind, openFront, skipFront } from '../../support/front-edges.ts'
import { EDGE_SECRET } from '../../support/own-edge.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'

const CACHING: Look = { checks: [checkCaching] }
/** What is held back for a cache is no stream: these are judged without it. */
const NO_STREAMS: Look = { checks: [checkFidelity, checkCaching, checkSize, checkWho] }

let seen: ExaminedHome
before(async () => {
  seen = await openExaminedHome()
})

test('nothing is found at a cache that minds what it is told, and it is relied on', async () => {
  const codes = await seen.foundBehind(cachingEdge(), NO_STREAMS)
  assert.deepEqual(codes, [])
  const { caches, honoursVary, honoursNoStore, honoursQuery } = await seen.measured()
  assert.deepEqual([caches, honoursVary, honoursNoStore, honoursQuery], [true, true, true, true])
  const handle = await seen.home.ask('/.well-known/webfinger?resource=acct:ana@home.example')
  assert.match(String(handle.headers['cache-control']), /^public/, 'a proof lets handles be kept')
})

interface Story {
  readonly fault: () => EdgeFault
  readonly code: string
  readonly told?: Readonly<Record<string, unknown>>
  readonly look?: Look
  /** To change at the edge. */
  readonly lines?: RegExp
}

const STORIES: Readonly<Record<string, Story>> = {
  'a cache that knows one form of an address': {
    fault: () => cachingEdge({ ignoresVary: true }),
    code: 'CACHE_IGNORES_VARY',
    told: { at: '/ap/probe, /.well-known/homebird/probe' },
    look: NO_STREAMS,
  },
  'a cache that leaves the query out': {
    fault: () => cachingEdge({ keyOf: ({ path }) => path.split('?')[0] ?? '' }),
    code: 'CACHE_IGNORES_QUERY',
  },
  'a cache that keeps what nobody may keep': {
    fault: () => cachingEdge({ keeps: (said) => isPublic(said) || said === 'no-store' }),
    code: 'CACHE_IGNORES_NO_STORE',
  },
  'a cache that shows others what is somebody’s own': {
    fault: () => cachingEdge({ keeps: (said) => isPublic(said) || said.startsWith('private') }),
    code: 'CACHE_LEAKS_PRIVATE',
  },
  'a cache that keeps by path, whatever it is told there': {
    fault: () => cachingEdge({ keeps: (said, { path }) => isPublic(said) || path.startsWith('/ap/') }),
    code: 'CACHE_IGNORES_NO_STORE CACHE_LEAKS_PRIVATE',
    told: { at: '/ap/probe' },
  },
  'an edge that takes the tags of answers': {
    fault: () => ({
      response: (answer) => void (answer.headers = without(answer.headers, 'etag')),
    }),
    code: 'ETAG_DROPPED',
    look: NO_STREAMS,
  },
}

for (const [story, { fault, code, told = {}, look = CACHING, lines = null }] of Object.entries(STORIES))
  test(`${story} is told as ${code}, and nothing else is`, async () => {
    const codes = await seen.foundBehind(fault(), look)
    assert.deepEqual(namesOf(codes), code, JSON.stringify(codes))
    const [one] = codes
    for (const [name, value] of Object.entries(told)) assert.deepEqual(one?.facts[name], value, name)
    if (lines !== null) assert.match(one?.lines?.text ?? '', lines)
    assert.doesNotMatch(JSON.stringify(codes), /keyId|Bearer|homebird_check/)
  })

test('what is told to be forgotten is looked for: only what is gone proves it', async () => {
  const kept = cachingEdge()
  const gone = cachingEdge()
  let isForgetful = true
  const fault: EdgeFault = {
    answer: (request) => (isForgetful ? gone : kept).answer?.(request) ?? null,
    response(answer, request) {
      kept.response?.(answer, request)
      gone.response?.(answer, request)
    },
  }
  const look = (purge: Purger['purge']): Look => ({ checks: [checkCaching], purger: { purge } })
  const obeys = cachingEdge()
  let hidden = ''
  const obeying: EdgeFault = {
    answer: (request) => (request.path === hidden ? null : (obeys.answer?.(request) ?? null)),
    response: (answer, request) => obeys.response?.(answer, request),
  }
  const good = await seen.foundBehind(
    obeying,
    look(async ([url = '']) => {
      hidden = new URL(url).pathname
      return ALL_FORGOTTEN
    }),
  )
  assert.deepEqual(good, [])
  assert.notEqual((await seen.measured()).purgeProvenAt, null)

  const [still] = await seen.foundBehind(
    fault,
    look(async () => ALL_FORGOTTEN),
  )
  assert.deepEqual([still?.code, still?.weight], ['PURGE_FAILS', 'warns'])
  assert.equal((await seen.measured()).purgeProvenAt, null)
  isForgetful = false
  const refuses = look(async (urls, tags) => notForgotten({ urls, tags }, 'varnish answered 403'))
  const [refused] = await seen.foundBehind(fault, refuses)
  assert.deepEqual([refused?.code, refused?.facts['reason']], ['PURGE_FAILS', 'varnish answered 403'])
})

test('an edge that keeps private answers gets none, until it is measured to be mended; the window goes on', async () => {
  const app = await seen.home.app()
  const asked = async (): Promise<number> => (await app.ask('/api/v1/timelines/home')).status
  const keepsAll = cachingEdge({ keeps: () => true })
  const codes = await seen.foundBehind(keepsAll, CACHING)
  assert.equal(namesOf(codes), 'CACHE_IGNORES_NO_STORE CACHE_LEAKS_PRIVATE')
  assert.equal(await asked(), 503)
  assert.notEqual((await seen.home.askPrivate('/api/v1/timelines/home')).status, 503)
  await seen.found(CACHING)
  assert.equal(await asked(), 200)
})

const openKind = async (kind: FrontKind): Promise<Edge> => openFront(kind, seen.host, seen.home.publicPort)

/** What is found through a real cache, which stands behind what ends TLS. */
async function foundThrough(cache: Edge, look: Look): Promise<string> {
  seen.edge.leadTo(Number(new URL(cache.at).port))
  try {
    return namesOf(await seen.found(look))
  } finally {
    seen.edge.leadTo(seen.home.publicPort)
  }
}

const REAL: Readonly<Partial<Record<FrontKind, string>>> = {
  'nginx honest': '',
  'nginx ignores_vary': 'CACHE_IGNORES_VARY',
  'nginx drops_query': 'CACHE_IGNORES_QUERY',
  'nginx overrides': 'CACHE_IGNORES_VARY CACHE_IGNORES_NO_STORE CACHE_LEAKS_PRIVATE',
  'varnish default': '',
}

for (const [kind, codes] of Object.entries(REAL) as [FrontKind, string][])
  test(`${kind}: it is told as ${codes === '' ? 'nothing' : codes}`, { skip: skipFront(kind) }, async () => {
    const cache = await openKind(kind)
    const checks = kind.startsWith('nginx') ? [checkFidelity, checkCaching, checkSize] : [checkCaching]
    assert.equal(await foundThrough(cache, { checks }), codes)
    const { caches, honoursNoStore } = await seen.measured()
    assert.deepEqual([caches, honoursNoStore], [true, kind !== 'nginx overrides'])
  })

for (const kind of ['nginx own', 'varnish own'] as const)
  test(
    `${kind}: what it is told to forget is gone, which is proof, and a wrong word is none`,
    {
      skip: skipFront(kind),
    },
    async () => {
      const cache = await openKind(kind)
      const purgerWith = (secret: string): Look => {
        const calls = createEdgeCalls({ userAgent: 'Homebird' })
        closeBeforeCluster(async () => calls.close())
        const parts = { calls, at: cache.at, secret }
        const purger =
          kind === 'nginx own' ? createNginx(parts) : createVarnish({ ...parts, method: 'PURGE' })
        return { ...CACHING, purger }
      }
      assert.equal(await foundThrough(cache, purgerWith(EDGE_SECRET)), '')
      assert.notEqual((await seen.measured()).purgeProvenAt, null)
      assert.equal(await foundThrough(cache, purgerWith('another-secret-than-that')), 'PURGE_FAILS')
      assert.equal((await seen.measured()).purgeProvenAt, null)
    },
  )
