/** The child's end of the control channel, in real processes. */
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { type FromChild, type ToChild, USUAL_CONDITIONS } from '../../../server/contracts/child-message.ts'
import { ExitCode } from '../../../server/contracts/exit-code.ts'

const CHILD = new URL('../../support/children/plain-child.ts', import.meta.url)

function openChild(t: TestContext, manner?: string) {
  const child = fork(CHILD, [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  t.after(() => child.kill('SIGKILL'))
  const messages: FromChild[] = []
  child.on('message', (message) => messages.push(message as FromChild))
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  const say = (message: ToChild): void => void child.send(message)
  const hear = async <T extends FromChild['type']>(type: T): Promise<Extract<FromChild, { type: T }>> => {
    for (;;) {
      const found = messages.find((message) => message.type === type)
      if (found !== undefined) return found as Extract<FromChild, { type: T }>
      await once(child, 'message')
    }
  }
  say({
    type: 'start',
    role: 'worker',
    index: 2,
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
  })
  return { child, messages, ended, say, hear }
}

test('a child gets its start, says ready, and answers pings and questions', async (t) => {
  const { say, hear } = openChild(t)
  assert.equal((await hear('ready')).listening.length, 1)
  say({ type: 'ping', sequence: 7 })
  say({ type: 'ask', id: 3, question: 'status' })
  assert.equal((await hear('pong')).sequence, 7)
  assert.deepEqual(await hear('answer'), { type: 'answer', id: 3, answer: { role: 'worker', index: 2 } })
})

test('told to stop it closes in reverse order and ends well', async (t) => {
  const { say, hear, ended, messages } = openChild(t)
  await hear('ready')
  say({ type: 'stop' })
  assert.equal(await ended, ExitCode.ok)
  const closed = messages.flatMap((message) => (message.type === 'notice' ? [message.message] : []))
  assert.deepEqual(closed, ['first', 'second'])
})

test('it ends by itself when the channel falls, even if something does not close', async (t) => {
  const { child, hear, ended } = openChild(t, 'hang-on-stop')
  await hear('ready')
  child.disconnect()
  assert.equal(await ended, ExitCode.channelLost)
})

test('Ctrl-C of the terminal does not end it: the supervisor decides the order', async (t) => {
  const { child, say, hear, ended } = openChild(t)
  await hear('ready')
  child.kill('SIGINT')
  say({ type: 'ping', sequence: 1 })
  await hear('pong')
  child.kill('SIGTERM')
  assert.equal(await ended, ExitCode.ok)
})

test('an error before ready is told with its exit code', async (t) => {
  const { hear, ended } = openChild(t, 'refuse')
  const failed = await hear('failed')
  assert.deepEqual([failed.exitCode, await ended], [ExitCode.portTaken, ExitCode.portTaken])
  assert.match(failed.message, /^PORT_TAKEN: port 1 is taken/)
})

test('an error that nobody handled ends it', async (t) => {
  const { ended } = openChild(t, 'throw-later')
  assert.equal(await ended, ExitCode.failure)
})

test('a one-shot child ends well by itself', async (t) => {
  assert.equal(await openChild(t, 'finish').ended, ExitCode.ok)
})
