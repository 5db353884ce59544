/** Backups that are brought to a home: one at a time, the next in the place of the last, none while one is restored. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import fastify from 'fastify'
import type { KeeperState } from '../../../server/contracts/keeping.ts'
import { createLogger } from '../../../server/core/log.ts'
import { restoreRoutes } from '../../../server/http/owner/restore-routes.ts'
import { shapeAnswers } from '../../../server/http/plugins/answers.ts'
import { ArchiveShelf } from '../../../server/storage/archives/archive-shelf.ts'
import { testDataDir } from '../../support/test-ground.ts'
import { until } from '../../support/until.ts'

interface Upload {
  send(bytes: string): void
  end(): void
  readonly answered: Promise<{ readonly status: number | undefined; readonly body: string }>
}

async function openHome(t: TestContext) {
  const folder = testDataDir(t)
  const state: { running: Pick<NonNullable<KeeperState['running']>, 'task'> | null } = { running: null }
  const app = fastify({ logger: false })
  shapeAnswers(app, createLogger('test', 'silent'))
  await app.register(
    restoreRoutes({
      shelf: new ArchiveShelf(folder),
      // The supervisor is another process.
      supervision: { keep: async () => state },
      backupShelf: {},
    } as never),
  )
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.after(() => app.close())
  const { port } = app.server.address() as AddressInfo
  const bring = (): Upload => {
    const sent = request({ port, method: 'POST', path: '/restore/uploads', agent: false })
    sent.setHeader('content-type', 'application/octet-stream')
    const answered = Promise.withResolvers<{ status: number | undefined; body: string }>()
    sent.once('error', answered.reject)
    sent.once('response', (response) => {
      text(response).then((body) => answered.resolve({ status: response.statusCode, body }), answered.reject)
    })
    return { send: (bytes) => void sent.write(bytes), end: () => void sent.end(), answered: answered.promise }
  }
  return { bring, state, lying: () => readdirSync(folder) }
}

test('a second backup waits for its turn, and then takes the place of the first', async (t) => {
  const { bring, lying } = await openHome(t)
  const first = bring()
  first.send('the first')
  await until('the first comes', () => lying().length === 1 || undefined)
  const second = bring()
  second.send('the second')
  const refused = await second.answered
  assert.equal(refused.status, 409)
  assert.match(refused.body, /another backup is being brought already/)
  second.end()
  first.end()
  const { status, body } = await first.answered
  assert.equal(status, 201)
  const { upload } = JSON.parse(body) as { upload: string }
  assert.deepEqual(lying(), [upload])
  const third = bring()
  third.send('the third')
  third.end()
  const taken = JSON.parse((await third.answered).body) as { upload: string }
  assert.deepEqual(lying(), [taken.upload])
  assert.notEqual(taken.upload, upload)
})

test('nothing is brought while a backup is restored', async (t) => {
  const { bring, state, lying } = await openHome(t)
  state.running = { task: 'restore' }
  const refused = bring()
  refused.send('bytes')
  assert.equal((await refused.answered).status, 409)
  refused.end()
  assert.deepEqual(lying(), [])
})
