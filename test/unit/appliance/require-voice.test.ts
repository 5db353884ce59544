/** Whether a command may write: a home that listens and does not say whether it is being handed over is no yes. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { lockDataDir } from '../../../server/appliance/data-dir-lock.ts'
import { isSpeaker, requireVoice } from '../../../server/appliance/keeping/require-voice.ts'
import { createDataDir, dataDirAt } from '../../../server/core/data-dir.ts'
import { testDataDir } from '../../support/test-ground.ts'

const NOT_RUNNING = { code: 'NOT_RUNNING' }

/** A home whose folder is held; it takes each question and lets it fall. */
async function openMuteHome(t: TestContext) {
  const path = testDataDir(t)
  createDataDir(path)
  const dir = dataDirAt(path)
  writeFileSync(dir.applianceDatabase, '')
  const lock = lockDataDir(dir)
  const controlSocket = join(path, 'control.sock')
  let asked = 0
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', () => {
      asked += 1
      socket.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen({ path: controlSocket }, resolve))
  lock.describe({ pid: process.pid, startedAt: new Date().toISOString(), controlSocket })
  const end = async (): Promise<unknown> => new Promise((resolve) => server.close(resolve))
  t.after(() => lock.release())
  return { sources: { env: { HOMEBIRD_DATA_DIR: path } }, end, asked: () => asked }
}

test('a home that listens and does not answer is asked once more, and then nothing may be written', async (t) => {
  const { sources, end, asked } = await openMuteHome(t)
  t.after(end)
  await assert.rejects(requireVoice(sources), NOT_RUNNING)
  assert.equal(asked(), 2)
})

test('a home that has stopped listening ends just now: what is on its disk counts', async (t) => {
  const { sources, end } = await openMuteHome(t)
  await end()
  assert.equal(await isSpeaker(sources), true)
})
