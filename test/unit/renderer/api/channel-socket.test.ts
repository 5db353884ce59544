import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type WebSocket as ServerSocket, WebSocketServer } from 'ws'
import { type Channel, ChannelSocket } from '../../../../renderer/api/channel-socket.ts'
import { until } from '../../../support/until.ts'

/** A home that keeps what it is told, and tells what the test says. */
class SocketHome {
  readonly #server: WebSocketServer
  readonly orders: string[] = []
  sockets: ServerSocket[] = []
  opened = 0

  constructor(server: WebSocketServer) {
    this.#server = server
    server.on('connection', (socket) => {
      this.opened += 1
      this.sockets.push(socket)
      socket.on('message', (data: Buffer) => this.orders.push(data.toString('utf8')))
      socket.once('close', () => (this.sockets = this.sockets.filter((one) => one !== socket)))
    })
  }

  get address(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  tell(text: string | object): void {
    for (const socket of this.sockets) socket.send(typeof text === 'string' ? text : JSON.stringify(text))
  }

  hangUp(): void {
    for (const socket of this.sockets) socket.terminate()
  }
}

/** Time passes when the test says so. */
class Timers {
  waiting: { readonly act: () => void; readonly ms: number }[] = []
  readonly set = (act: () => void, ms: number): object => {
    const timer = { act, ms }
    this.waiting.push(timer)
    return timer
  }
  readonly clear = (timer: unknown): void => {
    this.waiting = this.waiting.filter((one) => one !== timer)
  }
  pass(): void {
    for (const { act } of this.waiting.splice(0)) act()
  }
}

async function openHome(t: TestContext) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const home = new SocketHome(server)
  const timers = new Timers()
  const socket = new ChannelSocket({
    open: () => new WebSocket(home.address),
    random: () => 1,
    clock: timers,
  })
  t.after(() => {
    socket.close()
    home.hangUp()
    server.close()
  })
  return { home, timers, socket }
}

function watch(socket: ChannelSocket, channel: Channel) {
  const heard: string[] = []
  const stop = socket.watch(channel, {
    onEvent: (event, payload) => heard.push(`${event} ${payload}`),
    onOpened: () => heard.push('opened'),
  })
  return { heard, stop }
}

const TAG: Channel = { stream: 'hashtag', tag: 'ferns' }

test('each listener hears its own stream over one socket, until it stops', async (t) => {
  const { home, socket } = await openHome(t)
  const [tag, local] = [watch(socket, TAG), watch(socket, { stream: 'public:local' })]
  await until('both are subscribed', async () => home.orders.length === 2)
  assert.deepEqual(
    home.orders.map((order) => JSON.parse(order) as unknown),
    [
      { type: 'subscribe', ...TAG },
      { type: 'subscribe', stream: 'public:local' },
    ],
  )
  assert.equal(home.opened, 1)
  const second = watch(socket, TAG)
  home.tell('cut sho')
  home.tell({ error: 'Unknown stream type', status: 400 })
  home.tell({ stream: ['hashtag', 'ferns'], event: 'update', payload: '7' })
  home.tell({ stream: ['public:local'], event: 'delete', payload: '5' })
  await until('all was heard', async () => local.heard.length === 2)
  assert.deepEqual(
    [tag.heard, local.heard],
    [
      ['opened', 'update 7'],
      ['opened', 'delete 5'],
    ],
  )
  assert.deepEqual(second.heard, ['opened', 'update 7'])
  tag.stop()
  second.stop()
  await until('the stream is closed', async () => home.orders.length === 3)
  assert.deepEqual(JSON.parse(home.orders[2] ?? ''), { type: 'unsubscribe', ...TAG })
})

test('what is no message of the home reaches no listener, whatever it is made of', async (t) => {
  const { home, socket } = await openHome(t)
  const { heard } = watch(socket, TAG)
  await until('it is subscribed', async () => home.orders.length === 1)
  const stream = ['hashtag', 'ferns']
  for (const payload of [5, null, {}, [], true]) home.tell({ stream, event: 'update', payload })
  for (const event of [5, null, {}, undefined]) home.tell({ stream, event, payload: '7' })
  for (const wrong of [
    'hashtag',
    null,
    {},
    ['__proto__'],
    ['constructor'],
    [['hashtag'], 'ferns'],
    ['hashtag', 'x'],
  ]) {
    home.tell({ stream: wrong, event: 'update', payload: '7' })
  }
  home.tell('{"__proto__":{"stream":["hashtag","ferns"],"event":"update","payload":"7"}}')
  home.tell(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
  for (const socketOfHome of home.sockets) {
    socketOfHome.send(Buffer.from(JSON.stringify({ stream, event: 'update', payload: '7' })), {
      binary: true,
    })
    socketOfHome.send(Buffer.alloc(1_000_000))
  }
  home.tell({ stream, event: 'update', payload: 'last' })
  await until('the last was heard', async () => heard.includes('update last'))
  assert.deepEqual(heard, ['opened', 'update last'])
})

test('a line that falls is opened again, later each time, and its listeners look for what they missed', async (t) => {
  const { home, timers, socket } = await openHome(t)
  const { heard } = watch(socket, TAG)
  await until('it is live', async () => socket.isLive)
  await until('it is subscribed', async () => home.orders.length === 1)
  home.hangUp()
  await until('it waits', async () => timers.waiting.length === 1)
  assert.deepEqual([socket.isLive, timers.waiting[0]?.ms], [false, 1_000])
  timers.pass()
  await until('it is subscribed again', async () => home.orders.length === 2)
  assert.deepEqual(heard, ['opened', 'opened'])
})

test('an attempt that fails waits longer', async (t) => {
  const { timers, socket } = await openHome(t)
  const nobody = new ChannelSocket({
    open: () => new WebSocket('ws://127.0.0.1:1'),
    random: () => 1,
    clock: timers,
  })
  watch(nobody, TAG)
  for (const ms of [1_000, 2_000, 4_000]) {
    await until(`it waits ${ms}`, async () => timers.waiting[0]?.ms === ms)
    timers.pass()
  }
  nobody.close()
  assert.equal(socket.isLive, false)
})

test('a line that may be dead is opened anew, and one that nobody listens to is closed after a while', async (t) => {
  const { home, timers, socket } = await openHome(t)
  const { stop, heard } = watch(socket, TAG)
  await until('it is live', async () => socket.isLive)
  socket.renew()
  await until('it is live again', async () => home.opened === 2 && heard.length === 2)
  stop()
  timers.pass()
  assert.equal(socket.isLive, false)
  await until('it is closed', async () => home.sockets.length === 0)
})
