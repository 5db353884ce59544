/** One life of a child, as the supervisor sees it, over real processes. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { CHILD_LIMITS, Child, type ChildLimits } from '../../../server/appliance/child.ts'
import { createNodeLauncher } from '../../../server/appliance/node-launcher.ts'
import { type StartMessage, USUAL_CONDITIONS } from '../../../server/contracts/child-message.ts'
import { ExitCode } from '../../../server/contracts/exit-code.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'

const ENTRY = join(import.meta.dirname, '..', '..', 'support', 'children', 'plain-child.ts')
const READY_LIMIT_MS = 20_000

function launchChild(t: TestContext, limits: Partial<ChildLimits> = {}) {
  const notices: string[] = []
  const lines: string[] = []
  const launcher = createNodeLauncher({
    env: { PATH: process.env['PATH'], SECRET_OF_THE_SHELL: 'x', TZ: 'Europe/Rome' },
    entries: { migrate: ENTRY, server: ENTRY, worker: ENTRY, tunnel: ENTRY, decoder: ENTRY, keeper: ENTRY },
  })
  const observer = {
    line: (text: string) => lines.push(text),
    notice: (_level: string, message: string) => notices.push(message),
  }
  const child = new Child(launcher, { role: 'worker', name: 'worker-0' }, observer, {
    ...CHILD_LIMITS,
    ...limits,
  })
  t.after(() => child.stop())
  return { child, notices, lines }
}

function start(manner?: string): StartMessage {
  return {
    type: 'start',
    role: 'worker',
    index: 0,
    dataDir: '/nowhere',
    settings: { manner },
    database: { host: '/nowhere', port: 1, user: '', password: '', database: '', ssl: 'disable' },
    connections: 3,
    publicListen: null,
    privateListen: null,
    oneTimeKeyHash: null,
    windowDir: null,
    waysIn: [],
    vantage: null,
    decoderSocket: null,
    conditions: USUAL_CONDITIONS,
    secretsKey: null,
    home: null,
    job: null,
  }
}

test('a child whose event loop is stuck is killed, and its end asks for another start', async (t) => {
  const { child, notices } = launchChild(t, { silenceMs: 2_000 })
  await child.begin(start('spin'), READY_LIMIT_MS)
  const end = await child.ended
  assert.deepEqual([end.verdict, end.signal, end.how], [ExitCode.stuck, 'SIGKILL', 'was stuck'])
  assert.match(notices.at(-1) ?? '', /no sign of life/)
})

test('a child that hears nothing is stopped by force', async (t) => {
  const { child } = launchChild(t, { stopMs: 50, termMs: 50 })
  await child.begin(start('spin'), READY_LIMIT_MS)
  assert.equal((await child.stop()).signal, 'SIGKILL')
})

test('a refusal to start keeps the code and the words of the child', async (t) => {
  const { child } = launchChild(t)
  await assert.rejects(
    child.begin(start('refuse'), READY_LIMIT_MS),
    (error) => isHomebirdError(error, 'PORT_TAKEN') && error.message === 'port 1 is taken; choose another',
  )
  assert.equal((await child.ended).verdict, ExitCode.portTaken)
})

test('a child that is not ready in time is given up', async (t) => {
  const { child } = launchChild(t)
  await assert.rejects(child.begin(start('never-ready'), 700), /worker-0 was not ready within 0.7 s/)
})

test('a question to a child that ends is answered with its end', async (t) => {
  const { child } = launchChild(t)
  await child.begin(start(), READY_LIMIT_MS)
  assert.deepEqual(await child.ask(), { role: 'worker', index: 0 })
  const stopped = child.stop()
  await stopped
  await assert.rejects(child.ask(), (error) => isHomebirdError(error, 'CHILD_FAILED'))
})

test('a child sees of the environment what concerns the machine, and nothing else', async (t) => {
  const { child, lines } = launchChild(t)
  await child.begin(start('tell-environment'), READY_LIMIT_MS)
  await child.stop()
  const names = JSON.parse(lines.find((line) => line.startsWith('[')) ?? '[]') as string[]
  assert.ok(names.includes('TZ') && names.includes('PATH'), names.join())
  assert.deepEqual(
    names.filter((name) => /SECRET|HOMEBIRD|npm_/.test(name)),
    [],
  )
})
