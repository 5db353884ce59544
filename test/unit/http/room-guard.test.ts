/** What a home takes and refuses while its disk has no room, at routes of the shapes that it has. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fastify from 'fastify'
import { ADOPTED_ROUTES, AP_ROUTES } from '../../../server/activitypub/uris.ts'
import { createLogger } from '../../../server/core/log.ts'
import { shapeAnswers } from '../../../server/http/plugins/answers.ts'
import { NO_ROOM_TO_WRITE, guardRoom } from '../../../server/http/plugins/room-guard.ts'

const ROUTES: readonly (readonly [method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string])[] = [
  ['GET', '/api/v1/timelines/home'],
  ['POST', '/api/v1/statuses'],
  ['DELETE', '/api/v1/statuses/:id'],
  ['POST', '/api/v2/media'],
  ['PUT', '/api/homebird/v1/drafts/:key'],
  ['POST', '/api/homebird/v1/restore/uploads'],
  ['POST', '/api/homebird/v1/session'],
  ['POST', '/api/homebird/v1/caches/:name/clear'],
  ['POST', '/oauth/token'],
  ['POST', AP_ROUTES.inbox],
  ['POST', AP_ROUTES.sharedInbox],
  ['POST', ADOPTED_ROUTES.inbox],
  ['POST', ADOPTED_ROUTES.sharedInbox],
  ['GET', AP_ROUTES.actor],
]

async function openApp() {
  const disk = { hasRoom: true }
  const app = fastify({ logger: false })
  shapeAnswers(app, createLogger('test', 'silent'))
  guardRoom(app, { supervision: { hasRoom: () => disk.hasRoom } as never })
  for (const [method, url] of ROUTES) app.route({ method, url, handler: async () => ({ status: 'OK' }) })
  app.post('/api/v1/full', async () => {
    throw Object.assign(new Error('could not extend file'), { code: '53100', severity: 'ERROR' })
  })
  await app.ready()
  return { app, disk }
}

test('a home without room takes nothing in, tells apps why and asks other servers to come again', async () => {
  const { app, disk } = await openApp()
  const statuses = async () =>
    Object.fromEntries(
      await Promise.all(
        ROUTES.map(async ([method, route]) => {
          const url = route.replace(/:\w+/g, '1')
          return [`${method} ${route}`, (await app.inject({ method, url })).statusCode] as const
        }),
      ),
    )
  assert.deepEqual(new Set(Object.values(await statuses())), new Set([200]))
  disk.hasRoom = false
  const refused = Object.entries(await statuses()).filter(([, status]) => status !== 200)
  assert.deepEqual(Object.fromEntries(refused), {
    'POST /api/v1/statuses': 507,
    'POST /api/v2/media': 507,
    'PUT /api/homebird/v1/drafts/:key': 507,
    'POST /api/homebird/v1/restore/uploads': 507,
    [`POST ${AP_ROUTES.inbox}`]: 503,
    [`POST ${AP_ROUTES.sharedInbox}`]: 503,
    [`POST ${ADOPTED_ROUTES.inbox}`]: 503,
    [`POST ${ADOPTED_ROUTES.sharedInbox}`]: 503,
  })
  const post = await app.inject({ method: 'POST', url: '/api/v1/statuses' })
  assert.deepEqual(post.json(), { error: NO_ROOM_TO_WRITE })
  const inbox = await app.inject({ method: 'POST', url: AP_ROUTES.sharedInbox })
  assert.equal(inbox.headers['retry-after'], '300')
})

test('a database that finds no room is told as a full disk', async () => {
  const { app } = await openApp()
  const answer = await app.inject({ method: 'POST', url: '/api/v1/full' })
  assert.deepEqual([answer.statusCode, answer.json()], [507, { error: NO_ROOM_TO_WRITE }])
})
