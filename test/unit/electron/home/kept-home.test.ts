/** The home as the shell keeps it: no fault of a room that looks on takes it out of the shell's hands. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type HomeOptions, openKeptHome } from '../../../../electron/home/kept-home.ts'
import type { Appliance } from '../../../../server/appliance/index.ts'

function keep(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'hb-kept-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const steps: string[] = []
  const ended = Promise.withResolvers<Error | null>()
  const appliance = {
    ended: ended.promise,
    isToReopen: false,
    stop: async () => void steps.push('stopped'),
  }
  const home = openKeptHome({ sources: { env: { HOMEBIRD_DATA_DIR: folder } } } as unknown as HomeOptions, {
    failed: (error) => steps.push(String(error)),
    open: async ({ onEvent }) => {
      onEvent?.({ kind: 'step' } as Parameters<typeof onEvent>[0])
      return appliance as unknown as Appliance
    },
  })
  return { home, steps, ended, appliance }
}

test('a listener that throws is told, hinders no other one, and the home runs and is stopped', async (t) => {
  const { home, steps } = keep(t)
  home.onStage(({ kind }) => {
    if (kind === 'running') throw new Error('a broken room')
  })
  home.onStage(({ kind }) => steps.push(kind))
  home.onEvent(() => {
    throw new Error('a broken ear')
  })
  await home.start()
  assert.equal(home.stage.kind, 'running')
  await home.stop()
  assert.deepEqual(steps, [
    'starting',
    'Error: a broken ear',
    'Error: a broken room',
    'running',
    'stopping',
    'stopped',
    'stopped',
  ])
})

test('a home that stands only once it is to stop is stopped', async (t) => {
  const { home, steps } = keep(t)
  const starting = home.start()
  await home.stop()
  await starting
  assert.equal(home.stage.kind, 'stopped')
  assert.ok(steps.includes('stopped'))
})

test('a home that ends by itself has failed, and says why', async (t) => {
  const { home, ended } = keep(t)
  await home.start()
  ended.resolve(new Error('no database'))
  await new Promise(setImmediate)
  assert.equal(home.stage.kind === 'failed' && home.stage.error.message, 'no database')
})

test('a home that ends to be opened again is started again, and one that was stopped meanwhile is not', async (t) => {
  for (const isStopped of [false, true]) {
    const { home, steps, ended, appliance } = keep(t)
    await home.start()
    home.onStage(({ kind }) => steps.push(kind))
    if (isStopped) await home.stop()
    steps.length = 0
    appliance.isToReopen = true
    ended.resolve(null)
    await new Promise(setImmediate)
    assert.deepEqual(steps, isStopped ? [] : ['starting', 'running'])
  }
})
