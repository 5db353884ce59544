/**
 * The desktop app as a process over the stand-in for Electron: real supervisor, database, server and worker. It starts,
 * hands over, sleeps and wakes, quits in order; when it is killed its children die and the next start takes the home over.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ApplianceStatus } from '../../../server/appliance/appliance-status.ts'
import { askControlSocket } from '../../../server/appliance/control-socket.ts'
import { readHomeJournal } from '../../../server/appliance/index.ts'
import { processFacts } from '../../../server/core/process-facts.ts'
import { type DesktopGround, type ShellProcess, openDesktop } from '../../support/shell-process.ts'
import { until } from '../../support/until.ts'

/** The cluster is made anew, and other tests may run beside this one. */
const START_LIMIT_MS = 120_000

function runs({ dataDir }: DesktopGround, shell: ShellProcess): Promise<ApplianceStatus> {
  return until(
    'a home that runs',
    async () => {
      const file = readFileSync(join(dataDir, 'homebird.pid'), 'utf8')
      const { controlSocket, pid } = JSON.parse(file) as { controlSocket: string; pid: number }
      if (pid !== shell.pid) return null
      const status = (await askControlSocket(controlSocket, { kind: 'status' })) as ApplianceStatus
      return status.state === 'Running' ? status : null
    },
    START_LIMIT_MS,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}; the shell has said: ${shell.output()}`)
  })
}

/** What has ended and was not taken in yet by the system is not alive. */
function isAlive(pid: number): boolean {
  return processFacts(pid) !== null
}

const pidsOf = (status: ApplianceStatus): number[] =>
  status.parts.flatMap(({ pid }) => (pid === null ? [] : [pid]))

const journalOf = ({ dataDir }: DesktopGround): string[] =>
  readHomeJournal({ env: { HOMEBIRD_DATA_DIR: dataDir } }, 500).map(({ message }) => message)

test('it starts, comes forward for a second start, goes on without a window, sleeps, wakes and quits in order', async (t) => {
  const desktop = openDesktop(t)
  const shell = desktop.start()
  const status = await runs(desktop, shell)
  const { hands } = shell
  assert.deepEqual(
    // On a busy machine a part that has just started may be slow.
    status.parts.map(({ name, state }) => [name, state === 'Slow' ? 'Running' : state]),
    ['database', 'server-0', 'worker-0'].map((name) => [name, 'Running']),
  )
  assert.match(status.privateAddress ?? '', /private\.sock$/)
  const main = await until('the main window', async () =>
    (await hands.windows()).find(({ url, isVisible }) => isVisible && url.startsWith('app://homebird/')),
  )
  assert.equal(main.webPreferences['contextIsolation'], true)
  assert.equal(main.webPreferences['sandbox'], true)

  const second = desktop.start(['homebird:open'])
  assert.equal((await second.ended).code, 0)
  assert.equal(await second.origins, null)
  assert.equal((await hands.windows()).filter(({ isFocused }) => isFocused).length, 1)

  await hands.closeWindow(main.id)
  const [said] = await hands.dialogs()
  assert.match(JSON.stringify(said), /Your home keeps running/)
  await hands.answerDialog(0)
  await until('no window', async () => (await hands.windows()).length === 0)
  assert.equal((await runs(desktop, shell)).pid, shell.pid)
  await hands.toApp('activate')
  const again = await until('another window', async () => (await hands.windows())[0])
  await hands.closeWindow(again.id)
  assert.deepEqual(await hands.dialogs(), [])
  await until('no window', async () => (await hands.windows()).length === 0)

  await hands.toPower('suspend')
  await hands.toPower('resume')
  assert.equal((await runs(desktop, shell)).state, 'Running')

  await hands.chooseFromTray('Quit Homebird')
  assert.deepEqual(await shell.ended, { code: 0, signal: null })
  await until('the end of every part', () => !pidsOf(status).some(isAlive))
  assert.equal(existsSync(join(desktop.dataDir, 'homebird.pid')), false)
  const journal = journalOf(desktop)
  const times = journal.find((message) => message.startsWith('the home runs after'))
  assert.match(times ?? '', /check .*, database .*, schema .*, parts [^(]*\((?=.*server-0 )(?=.*worker-0 )/)
  assert.ok(
    journal.some((message) => /^the window stood after .* s: ready .*, home .*, window/.test(message)),
  )
  assert.equal(journal.at(-1), 'the home has stopped')
})

test('killed by force, its children die within 5 s, and the next start takes the home over', async (t) => {
  const desktop = openDesktop(t)
  const first = desktop.start()
  const status = await runs(desktop, first)
  first.kill('SIGKILL')
  await first.ended
  const killedAtMs = performance.now()
  const children = status.parts.filter(({ name }) => name !== 'database').map(({ pid }) => pid ?? 0)
  await until('the end of server and worker', () => !children.some(isAlive))
  const tookMs = Math.round(performance.now() - killedAtMs)
  assert.ok(tookMs < 5_000, `they took ${tookMs} ms`)

  const second = desktop.start()
  const taken = await runs(desktop, second)
  assert.notEqual(taken.pid, status.pid)
  second.kill('SIGTERM')
  assert.equal((await second.ended).code, 0)
  // The database of the first start was nobody's child any more: the system takes its end in a moment later.
  await until('the end of both', () => ![...pidsOf(status), ...pidsOf(taken)].some(isAlive))
})

test('a setting that is wrong is told by the window that mends, and quitting ends it', async (t) => {
  const desktop = openDesktop(t)
  const shell = desktop.start([], { env: { HOMEBIRD_PORT: 'many' } })
  const opened = await until('the window that mends', async () =>
    (await shell.hands.windows()).find(({ url }) => url.startsWith('app://start/')),
  )
  assert.equal(opened.webPreferences['sandbox'], true)
  await shell.hands.chooseFromTray('Quit Homebird')
  assert.equal((await shell.ended).code, 0)
  assert.equal(existsSync(join(desktop.dataDir, 'postgres')), false)
})
