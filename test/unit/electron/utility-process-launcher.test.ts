/** Children as utility processes: what they see, what is heard of them, and what their end means. */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createUtilityProcessLauncher, endOf } from '../../../electron/launcher/utility-process-launcher.ts'
import type { FromChild, StartMessage } from '../../../server/contracts/child-message.ts'
import { processFacts } from '../../../server/core/process-facts.ts'
import { openElectronStandIn } from '../../support/electron-stand-in.ts'
import { until } from '../../support/until.ts'

const CHILDREN = join(import.meta.dirname, '..', '..', 'support', 'children')
const PART = join(CHILDREN, 'echo-part.ts')

function launch(t: TestContext, end: number | 'SIGSEGV' | null) {
  const folder = mkdtempSync(join(tmpdir(), 'hb-launch-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const standIn = openElectronStandIn({ folder })
  standIn.begin()
  const launcher = createUtilityProcessLauncher(standIn.parts, {
    env: { PATH: process.env['PATH'], SECRET: 'x' },
    entries: { migrate: PART, server: PART, worker: PART, tunnel: PART, decoder: PART, keeper: PART },
  })
  const child = launcher.launch({ role: 'server', name: 'server-0', heapMegabytes: 64 })
  const messages: FromChild[] = []
  const lines: string[] = []
  child.onMessage((message) => messages.push(message))
  child.onLine((line) => lines.push(line))
  const ended = new Promise<unknown>((resolve) => child.onEnd(resolve))
  t.after(() => child.kill('SIGKILL'))
  child.send({ type: 'start', role: 'server', settings: { end } } as StartMessage)
  const heard = (type: FromChild['type']) =>
    until(type, () => messages.find((message) => message.type === type))
  return { child, lines, ended, heard, messages }
}

test('a child speaks over the parent port, sees no more of the environment than it must, and ends in order', async (t) => {
  const { child, lines, ended, heard } = launch(t, null)
  await heard('ready')
  assert.equal(typeof child.pid, 'number')
  child.send({ type: 'ask', id: 1, question: 'status' })
  const answered = (await heard('answer')) as Extract<FromChild, { type: 'answer' }>
  const { env, argv, hasNodeChannel } = answered.answer as {
    env: Record<string, string>
    argv: string[]
    hasNodeChannel: boolean
  }
  assert.equal(env['SECRET'], undefined)
  assert.equal(env['PATH'], process.env['PATH'])
  assert.deepEqual(argv, [`--supervisor-pid=${process.pid}`])
  assert.equal(hasNodeChannel, false)
  child.send({ type: 'stop' })
  assert.deepEqual(await ended, { code: 0, signal: null })
  assert.deepEqual(lines.toSorted(), ['a line of output', 'another without a break', 'closed in order'])
})

test('force ends it, also when it was asked for before the process was there', async (t) => {
  const { child, ended } = launch(t, null)
  child.kill('SIGKILL')
  assert.deepEqual(await ended, { code: 9, signal: null })
  child.kill('SIGKILL')
  child.send({ type: 'stop' })
})

test('a crash is no exit code of ours, whatever its number', async (t) => {
  assert.deepEqual(await launch(t, 'SIGSEGV').ended, { code: null, signal: 'SIGSEGV' })
  assert.deepEqual(endOf(11, null), { code: null, signal: 'SIGSEGV' })
  assert.deepEqual(endOf(2, null), { code: null, signal: 'SIGINT' })
  assert.deepEqual(endOf(12, 12), { code: 12, signal: null })
  assert.deepEqual(endOf(16, null), { code: 16, signal: null })
})

test('a child ends by itself when its supervisor is gone', async (t) => {
  const supervisor = fork(join(CHILDREN, 'launching-part.ts'), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  t.after(() => supervisor.kill('SIGKILL'))
  const pid = await new Promise<number>((resolve) =>
    supervisor.once('message', (said) => resolve(Number(said))),
  )
  assert.ok(isAlive(pid))
  const killedAtMs = performance.now()
  supervisor.kill('SIGKILL')
  await until('the end of the child', () => !isAlive(pid))
  assert.ok(performance.now() - killedAtMs < 5_000)
})

/** What has ended and was not taken in yet by the system is not alive. */
function isAlive(pid: number): boolean {
  return processFacts(pid) !== null
}
