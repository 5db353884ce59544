/** What a home answers while another computer takes it over, and once that one speaks, at routes of the shapes that it has. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fastify from 'fastify'
import { AP_ROUTES } from '../../../server/activitypub/uris.ts'
import type { Voice } from '../../../server/contracts/hand-over.ts'
import { createLogger } from '../../../server/core/log.ts'
import { shapeAnswers } from '../../../server/http/plugins/answers.ts'
import { guardVoice } from '../../../server/http/plugins/voice-guard.ts'

const READS = ['/api/v1/timelines/home', AP_ROUTES.actor, '/@:name'] as const
const WRITES = [
  AP_ROUTES.inbox,
  AP_ROUTES.sharedInbox,
  '/api/v1/statuses',
  '/oauth/token',
  '/api/homebird/v1/imports',
] as const
const OF_THE_OWNER = [
  '/api/homebird/v1/session',
  '/api/homebird/v1/hand-over/take-back',
  '/api/homebird/v1/backups/cancel',
] as const

async function answersOf(voice: Voice, listener: 'public' | 'private') {
  const app = fastify({ logger: false })
  shapeAnswers(app, createLogger('test', 'silent'))
  guardVoice(app, { supervision: { voice } as never }, listener)
  for (const url of [...READS, '/readyz']) app.get(url, async () => ({ status: 'OK' }))
  for (const url of [...WRITES, ...OF_THE_OWNER]) app.post(url, async () => ({ status: 'OK' }))
  const ask = async (method: 'GET' | 'POST', urls: readonly string[]): Promise<number[]> => {
    const answers = await Promise.all(
      urls.map(async (route) => app.inject({ method, url: route.replace(/:\w+/g, '1') })),
    )
    for (const { statusCode, headers } of answers)
      if (statusCode === 503) assert.equal(headers['retry-after'], '60')
    return [...new Set(answers.map(({ statusCode }) => statusCode))]
  }
  return {
    reads: await ask('GET', READS),
    probe: await ask('GET', ['/readyz']),
    writes: await ask('POST', WRITES),
    owner: await ask('POST', OF_THE_OWNER),
  }
}

test('while it is handed over a home is read and takes nothing in; then the public is asked to come again', async () => {
  const all = { reads: [200], probe: [200], writes: [200], owner: [200] }
  assert.deepEqual(await answersOf('speaks', 'public'), all)
  assert.deepEqual(await answersOf('speaks', 'private'), all)
  assert.deepEqual(await answersOf('paused', 'public'), { ...all, writes: [503], owner: [503] })
  assert.deepEqual(await answersOf('paused', 'private'), { ...all, writes: [503] })
  assert.deepEqual(await answersOf('silent', 'public'), {
    reads: [503],
    probe: [200],
    writes: [503],
    owner: [503],
  })
  assert.deepEqual(await answersOf('silent', 'private'), { ...all, writes: [503] })
})
