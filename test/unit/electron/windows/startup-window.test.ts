/** Taking a copy back from the start-up window: begun once, and the window's end leaves neither half a copy nor a held folder. */
import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { openKeptHome } from '../../../../electron/home/kept-home.ts'
import { openIpc } from '../../../../electron/ipc/handle.ts'
import { START_CALLS } from '../../../../electron/ipc/start-calls.ts'
import { openWords } from '../../../../electron/shell/words.ts'
import { openStartupWindow } from '../../../../electron/windows/startup-window.ts'
import { openWindowFactory } from '../../../../electron/windows/window-factory.ts'
import { lockDataDir } from '../../../../server/appliance/data-dir-lock.ts'
import { openCopiedHome } from '../../../support/copied-home.ts'
import { openElectronStandIn } from '../../../support/electron-stand-in.ts'

const FILES = 60

async function openRoom(t: TestContext) {
  const copied = openCopiedHome(t)
  copied.write('debug')
  for (let file = 0; file < FILES; file += 1)
    writeFileSync(join(copied.dir.postgres, '18', 'base', '1', `2${file}`), 'a table')
  const name = await copied.copyAfter('0.0.1')
  copied.write('error')
  const { dir } = copied
  const standIn = openElectronStandIn({ folder: join(dir.path, 'shell'), exit: () => undefined })
  const sources = { env: { HOMEBIRD_DATA_DIR: dir.path } }
  const noticed = (message: string): void => assert.fail(message)
  const factory = openWindowFactory(standIn.parts, {
    preloads: { main: 'preload.cjs', start: 'startup-preload.cjs' },
    isPackaged: true,
    noticed,
  })
  const ipc = openIpc(standIn.parts, { roleOf: (id) => factory.roleOf(id), noticed })
  const launcher = { launch: () => assert.fail('nothing is to be started here') }
  const home = openKeptHome(
    { sources, launcher, windowDir: dir.path, sealer: null },
    { failed: (error) => noticed(String(error)) },
  )
  const room = openStartupWindow(standIn.parts, {
    home,
    sources,
    sealer: null,
    launcher,
    ground: { factory, ipc },
    words: openWords(['en'], join(import.meta.dirname, '../../../../resources/locales/shell')),
    arrived: () => undefined,
    isQuiet: true,
  })
  room.show()
  const [window] = standIn.windows
  assert.ok(window !== undefined)
  const press = (): Promise<unknown> =>
    standIn.ipc.invoke({ contents: window.webContents }, `start:${START_CALLS.takeBack}`, [name])
  return { copied, room, press, window, staged: join(dir.path, '.taking-back') }
}

test('the end of the window waits until nothing is left of the taking back that it breaks off', async (t) => {
  const { copied, room, press, staged } = await openRoom(t)
  assert.deepEqual(await press(), { ok: true, value: null })
  while (!existsSync(staged)) await setImmediate()
  await room[Symbol.asyncDispose]()
  assert.equal(existsSync(staged), false)
  lockDataDir(copied.dir).release()
  assert.deepEqual(copied.read(), ['error', 'error', 'error'])
})

test('a second press meets the first, which goes on', async (t) => {
  const { room, press, window, staged } = await openRoom(t)
  await Promise.all([press(), press()])
  assert.equal(room.isTakingBack, true)
  while (!existsSync(staged)) await setImmediate()
  assert.equal(room.isTakingBack, true)
  await room[Symbol.asyncDispose]()
  assert.doesNotMatch(JSON.stringify(window.webContents.sent), /"failed"/)
})
