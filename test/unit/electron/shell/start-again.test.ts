/** Restarting from within: what Electron is told to start, and with what. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openActs } from '../../../../electron/shell/acts.ts'
import { startAgain } from '../../../../electron/shell/start-again.ts'
import type { UpdateState } from '../../../../server/contracts/desktop-bridge.ts'
import { until } from '../../../support/until.ts'
import { UPDATES, WORDS, now, openHere } from '../../../support/shell-ground.ts'

interface Scene {
  readonly argv?: readonly string[]
  readonly waitsFor?: UpdateState['waitsFor']
  readonly install?: () => Promise<void>
}

function openActsHere(t: TestContext, { argv = ['homebird'], waitsFor = [], install }: Scene) {
  const { electron, watch } = openHere(t, 'linux')
  const opened: string[] = []
  const noticed: string[] = []
  const acts = openActs(electron.parts, {
    words: WORDS,
    watch,
    updates: {
      state: async () => ({ ...UPDATES, phase: 'ready', waitsFor }),
      check: async () => UPDATES,
      install: install ?? (() => assert.fail('nothing may be installed')),
    },
    windows: {
      openAnother: () => undefined,
      command: (command) => void (command.kind === 'open' && opened.push(command.path)),
    },
    show: () => undefined,
    now,
    relaunch: () => startAgain(electron.parts, { argv, env: {} }),
    noticed: (message) => void noticed.push(message),
  })
  return { electron, acts, opened, noticed }
}

test('a shell that was started without a window and asked to pause restarts with a window, and pauses nothing', async (t) => {
  const argv = ['/opt/homebird/homebird', '--hidden', '--pause', 'homebird:@ana@example.org', '--no-sandbox']
  const { electron, acts } = openActsHere(t, { argv })
  acts.restart()
  await until('it asks', () => electron.dialogs.open.length > 0)
  electron.dialogs.answer(1)
  await until('it restarts', () => electron.acts.of('app.quit').length > 0)
  assert.deepEqual(electron.acts.of('app.relaunch'), [{ args: ['--no-sandbox'] }])
})

test('what an update waits for is said in words, with the way to the page that goes on telling it', async (t) => {
  const { electron, acts, opened } = openActsHere(t, { waitsFor: ['writing', 'start'] })
  acts.installUpdate()
  await until('it is said', () => electron.dialogs.open.length > 0)
  const said = electron.dialogs.answer(1)
  assert.deepEqual(
    [said['message'], said['detail']],
    ['The restart waits', 'It waits until you have stopped writing.'],
  )
  await until('the page opens', () => opened.length > 0)
  assert.deepEqual(opened, ['/updates'])
  assert.deepEqual(electron.acts.of('dialog.showErrorBox'), [])
})

test('an update that cannot be installed leaves the home as it is, and says so before the reason', async (t) => {
  const install = (): Promise<void> => Promise.reject(new Error('needs 9 MB and 1 MB are free'))
  const { electron, acts, noticed } = openActsHere(t, { install })
  acts.installUpdate()
  const said = await until('it is said', () => electron.acts.of('dialog.showErrorBox')[0])
  assert.match(JSON.stringify(said), /was not installed, and your home goes on as it is. needs 9 MB/)
  assert.deepEqual(noticed, ['Error: needs 9 MB and 1 MB are free'])
})

test('an AppImage is started again by its own file', (t) => {
  const { electron } = openHere(t, 'linux')
  startAgain(electron.parts, { argv: ['/tmp/.mount_a/homebird'], env: { APPIMAGE: '/home/ana/H.AppImage' } })
  assert.deepEqual(electron.acts.of('app.relaunch'), [{ args: [], execPath: '/home/ana/H.AppImage' }])
})
