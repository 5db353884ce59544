/** `homebird restore` beside a home that stops meanwhile: what it is opened again as decides what is said. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openControlSocket } from '../../../server/appliance/control-socket.ts'
import { lockDataDir } from '../../../server/appliance/data-dir-lock.ts'
import { restoreBeside } from '../../../server/commands/restore-beside.ts'
import { ExitCode } from '../../../server/contracts/exit-code.ts'
import type { KeeperOutcome, KeeperState, KeepingRequest } from '../../../server/contracts/keeping.ts'
import { createDataDir, dataDirAt } from '../../../server/core/data-dir.ts'
import { testDataDir } from '../../support/test-ground.ts'

const ORDER = { task: 'restore', from: { file: '/a.backup' }, words: null } as const
const MOMENT = { startedAt: '2026-11-30T10:00:00.000Z', endedAt: '2026-11-30T10:01:00.000Z' }
const FORMER: KeeperOutcome = { task: 'restore', result: 'done', ...MOMENT, subject: 'former', message: null }
const LATER = { ...FORMER, startedAt: '2026-11-30T11:00:00.000Z', subject: 'a' } as const
const STOPPED = {
  ...LATER,
  result: 'cancelled',
  message: 'the home was stopped; nothing has changed, begin again',
} as const
const RUNNING = { task: 'restore', step: 'read', done: 1, total: 2, unit: 'bytes' } as const

/** One life of a home: it holds the folder and answers, until it is ended. */
async function live(dataDir: string, startedAt: string, answer: () => KeeperState) {
  const dir = dataDirAt(dataDir)
  const lock = lockDataDir(dir)
  const controlSocket = join(dataDir, `${startedAt.slice(11, 13)}.sock`)
  const asked: KeepingRequest['ask'][] = []
  const socket = await openControlSocket(controlSocket, async (question) => {
    if (question.kind === 'keeping') asked.push(question.ask)
    return answer()
  })
  lock.describe({ pid: process.pid, startedAt, controlSocket })
  const end = async (): Promise<void> => {
    await socket[Symbol.asyncDispose]()
    lock.release()
  }
  return { asked, end }
}

/** @param later  how its jobs have ended, as the home tells that runs then; null where none is started again */
async function restored(t: TestContext, later: readonly KeeperOutcome[] | null) {
  const dataDir = testDataDir(t)
  createDataDir(dataDir)
  const stopping = Promise.withResolvers<void>()
  let states = 0
  const first = await live(dataDir, '2026-11-30T09:00:00.000Z', () => {
    states += 1
    // Asked before, ordered, followed; and then somebody stops the home.
    if (states > 3) stopping.resolve()
    return { running: { ...RUNNING, startedAt: LATER.startedAt }, ended: [FORMER] }
  })
  const next = stopping.promise.then(async () => {
    await first.end()
    if (later === null) return
    const second = await live(dataDir, '2026-11-30T11:02:00.000Z', () => ({ running: null, ended: later }))
    t.after(second.end)
  })
  const told: unknown[] = []
  const said: string[] = []
  const io = {
    json: false,
    say: (line: string) => void said.push(line),
    put: (value: unknown) => void told.push(value),
  }
  const ground = { dataDir, isHomeThere: true, key: null, addressOf: async (name: string) => name }
  const waits = { everyMs: 10, opensMs: later === null ? 100 : 60_000 }
  const code = restoreBeside(io, { env: { HOMEBIRD_DATA_DIR: dataDir } }, ground, ORDER, waits)
  await Promise.allSettled([code, next])
  return { code, said: said.join('\n'), told, asked: first.asked }
}

test('a home that was stopped meanwhile and runs again as it was is not called the restored one', async (t) => {
  const { code, said, asked } = await restored(t, [STOPPED, FORMER])
  await assert.rejects(code, {
    code: 'UNPROCESSABLE',
    message:
      /nothing was restored, the home runs as it was: the home was stopped; .* See: homebird backup state/,
  })
  assert.ok(!said.includes('lies ready') && !said.includes('The restored home runs'), said)
  assert.deepEqual(asked.slice(0, 3), ['state', 'start', 'state'])
  const killed = await restored(t, [FORMER])
  await assert.rejects(killed.code, /nothing was restored, .* it was stopped meanwhile/)
})

test('a home that stops before it could tell, and is opened again as the restored one, is called so', async (t) => {
  const { code, said, told } = await restored(t, [LATER])
  assert.equal(await code, ExitCode.ok)
  assert.match(said, /The restored home runs/)
  assert.deepEqual(told.slice(-2), [{ runs: true }, { restored: 'a', notes: [] }])
})

test('a home that does not answer again is a failure, and says where to look', async (t) => {
  const { code, told } = await restored(t, null)
  await assert.rejects(code, { code: 'NOT_RUNNING', message: /does not answer yet\. See: homebird status/ })
  assert.deepEqual(told.at(-1), { runs: false })
})
