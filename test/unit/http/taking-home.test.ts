/** A new home that is about to become the one of another computer: whoever presses Cancel is heard, whatever is on its way just then. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { KeeperState, KeepingRequest } from '../../../server/contracts/keeping.ts'
import { HomebirdError } from '../../../server/core/errors.ts'
import { createLogger } from '../../../server/core/log.ts'
import { makeOwnCertificate } from '../../../server/core/own-certificate.ts'
import { newPairingCode, writePairingCode } from '../../../server/core/pairing-code.ts'
import { TakingHome } from '../../../server/http/owner/taking-home.ts'
import { type PairedAnswer, openPairedListener } from '../../../server/net/paired/paired-listener.ts'
import { ArchiveShelf } from '../../../server/storage/archives/archive-shelf.ts'
import { testDataDir } from '../../support/test-ground.ts'
import { until } from '../../support/until.ts'

const HOME = {
  name: 'old box',
  madeBy: '0.0.1',
  schemaVersion: 1,
  identities: ['@ana@home.example'],
  posts: 3,
  followers: 2,
  following: 1,
  bytes: 1_000,
}

interface Around {
  /** What the supervisor does with what it is asked. */
  readonly keep?: (request: KeepingRequest) => Promise<KeeperState>
  /** Before the old home says who it is. */
  readonly beforePairing?: () => Promise<unknown>
  /** Before it answers that it is let go of. */
  readonly beforeLeaving?: () => Promise<unknown>
  readonly lookedAtMs?: number
}

/** The old home, what it was asked, and the new one. */
async function openTaking(t: TestContext, { keep, beforePairing, beforeLeaving, lookedAtMs }: Around) {
  const { key, certificate, fingerprint } = makeOwnCertificate(new Date())
  const asked: string[] = []
  const answer = async (path: string): Promise<PairedAnswer> => {
    asked.push(path)
    if (path === '/pair') await beforePairing?.()
    if (path === '/leave') await beforeLeaving?.()
    const paired = { ticket: randomBytes(32).toString('base64url'), key: 'k'.repeat(43), home: HOME }
    return {
      status: 200,
      body: path === '/pair' ? paired : {},
      ...(path === '/home' ? { stream: async (into) => void into.end('the whole home') } : {}),
    }
  }
  const listener = await openPairedListener({ host: '127.0.0.1', port: 0, key, certificate, answer })
  t.after(() => listener[Symbol.asyncDispose]())
  const dataDir = testDataDir(t, 'new')
  mkdirSync(dataDir)
  const unasked = async (): Promise<never> => assert.fail('the supervisor is not asked')
  const taking = new TakingHome({
    shelf: new ArchiveShelf(join(dataDir, 'shelf')),
    log: createLogger('test', 'silent'),
    stopping: new AbortController().signal,
    supervision: { dataDir, keep: keep ?? unasked },
    ...(lookedAtMs === undefined ? {} : { lookedAtMs }),
  })
  const code = writePairingCode(newPairingCode(fingerprint))
  return { taking, asked, pair: async () => taking.pair(`127.0.0.1:${listener.port}`, code) }
}

test('a cancel that comes while the supervisor begins the restoring is not lost', async (t) => {
  const begun = { task: 'restore', startedAt: new Date().toISOString() } as const
  const running = { ...begun, step: 'read', done: 0, total: null, unit: 'bytes' } as const
  const ended = { ...begun, result: 'cancelled', endedAt: begun.startedAt, subject: null } as const
  const wanted: string[] = []
  const { taking, asked, pair } = await openTaking(t, {
    async keep({ ask }) {
      wanted.push(ask)
      if (ask === 'start') await taking.cancel()
      return wanted.includes('cancel')
        ? { running: null, ended: [{ ...ended, message: 'cancelled' }] }
        : { running, ended: [] }
    },
  })
  assert.equal((await pair()).phase, 'paired')
  taking.begin()
  await until('the old home is let go of', () => asked.includes('/leave'))
  assert.deepEqual(taking.state, { phase: 'none' })
  assert.deepEqual(wanted, ['start', 'cancel', 'state'])
})

test('a cancel while the old home still says who it is lets go of it', async (t) => {
  const { taking, asked, pair } = await openTaking(t, { beforePairing: async () => taking.cancel() })
  assert.deepEqual(await pair(), { phase: 'none' })
  assert.deepEqual(asked, ['/pair', '/leave'])
  assert.throws(() => taking.begin(), /nothing is to be taken over/)
})

test('a home that was only looked at is let go of after a while, which is told until somebody begins anew', async (t) => {
  const { taking, asked, pair } = await openTaking(t, { lookedAtMs: 1 })
  assert.equal((await pair()).phase, 'paired')
  await until('the old home is let go of', () => asked.includes('/leave'))
  assert.deepEqual(taking.state, { phase: 'lapsed' })
  assert.throws(() => taking.begin(), /nothing is to be taken over/)
  assert.deepEqual(await taking.cancel(), { phase: 'none' })
  assert.deepEqual(asked, ['/pair', '/leave'])
})

test('why it failed is told while the old home has not yet heard of it, and who pairs anew is not disturbed by that', async (t) => {
  const heard = Promise.withResolvers<null>()
  let leaves = 0
  const { taking, asked, pair } = await openTaking(t, {
    async keep() {
      throw new HomebirdError('CONFLICT', 'a backup is being made')
    },
    beforeLeaving: async () => (leaves += 1) > 1 || heard.promise,
  })
  await pair()
  taking.begin()
  await until('the old home is let go of', () => asked.includes('/leave'))
  assert.deepEqual(taking.state, { phase: 'failed', message: 'a backup is being made' })
  assert.equal((await pair()).phase, 'paired')
  heard.resolve(null)
  await taking.cancel()
  assert.deepEqual(taking.state, { phase: 'none' })
  assert.deepEqual(asked, ['/pair', '/home', '/leave', '/pair', '/leave'])
})

test('a supervisor that is busy for a moment is asked again, and the old home is not let go of meanwhile', async (t) => {
  const at = new Date().toISOString()
  const ended = { task: 'restore', result: 'failed', startedAt: at, endedAt: at, subject: null } as const
  const heard: string[] = []
  const { taking, asked, pair } = await openTaking(t, {
    async keep({ ask }) {
      heard.push(`${ask} ${asked.includes('/leave')}`)
      if (ask === 'start') return { running: null, ended: [] }
      if (heard.length === 2) throw new HomebirdError('UNAVAILABLE', 'no answer')
      return { running: null, ended: [{ ...ended, message: 'the disk is full' }] }
    },
  })
  await pair()
  taking.begin()
  await until('the old home is let go of', () => asked.includes('/leave'))
  assert.deepEqual(heard, ['start false', 'state false', 'state false'])
  assert.deepEqual(taking.state, { phase: 'failed', message: 'the disk is full' })
})

test('a supervisor that cannot say how far it is may go on: it is told to stop before the old home is let go of', async (t) => {
  const heard: string[] = []
  const { taking, asked, pair } = await openTaking(t, {
    async keep({ ask }) {
      heard.push(`${ask} ${asked.includes('/leave')}`)
      if (ask === 'state') throw new HomebirdError('INTERNAL', 'it does not know')
      return { running: null, ended: [] }
    },
  })
  await pair()
  taking.begin()
  await until('the old home is let go of', () => asked.includes('/leave'))
  assert.deepEqual(heard, ['start false', 'state false', 'cancel false'])
  assert.deepEqual(taking.state, { phase: 'failed', message: 'it does not know' })
})
