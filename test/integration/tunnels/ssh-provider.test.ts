import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { type AddressInfo, type Socket, createServer as createNetServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { text } from 'node:stream/consumers'
import { PLAIN_BOX, SecretFolder } from '../../../server/core/secret-box.ts'
import type { LocalTarget, TunnelEvent } from '../../../server/tunnels/provider.ts'
import { makeKeyPair, ownKeyIn } from '../../../server/tunnels/ssh/own-key.ts'
import { SshProvider } from '../../../server/tunnels/ssh/ssh-provider.ts'
import { SSH_LIMITS, type SshSettings } from '../../../server/tunnels/ssh/ssh-settings.ts'
import { TargetDoor } from '../../../server/tunnels/target-door.ts'
import { openSshServer } from '../../support/ssh-server.ts'
import { until } from '../../support/until.ts'

const OWN = makeKeyPair()

async function openTunnel(t: TestContext, settings: Partial<SshSettings> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'hb-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const server = await openSshServer(t, OWN.public)
  const path = join(folder, 'home.sock')
  const home = createServer((asked, answer) => {
    answer.setHeader('x-seen', asked.headers['x-forwarded-for'] ?? '')
    asked.pipe(answer)
  })
  home.listen(0, '127.0.0.1')
  await until('the home listens', async () => home.listening)
  t.after(() => home.close())
  const target: LocalTarget = {
    addresses: [{ kind: 'tcp', host: '127.0.0.1', port: (home.address() as AddressInfo).port }],
    publicHost: 'home.example',
  }
  const provider = new SshProvider(
    {
      server: { host: '127.0.0.1', port: server.port, user: 'homebird' },
      hostKey: server.hostKey,
      ownKey: async () => ({ privateKey: OWN.private, publicKey: OWN.public }),
      listen: [{ kind: 'socket', path }],
      openDoor: ({ addresses }) => new TargetDoor(addresses),
      ...settings,
    },
    { ...SSH_LIMITS, closeMs: 500 },
  )
  return { server, provider, path, target }
}

/** Reads on in the background; `stop` ends it and resolves with all that was told. */
function follow(provider: SshProvider, target: LocalTarget) {
  const stopping = new AbortController()
  const events: TunnelEvent[] = []
  const done = (async () => {
    for await (const event of provider.run(target, stopping.signal)) events.push(event)
  })()
  return {
    events,
    done,
    stop: async () => {
      stopping.abort()
      await done
    },
    until: async (type: TunnelEvent['type']) =>
      until(`it tells "${type}"`, async () => events.some((event) => event.type === type)),
  }
}

async function post(socketPath: string, body: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    request(
      { socketPath, method: 'POST', path: '/', headers: { 'x-forwarded-for': '192.0.2.7' } },
      (answer) => resolve(text(answer)),
    )
      .on('error', reject)
      .end(body)
  })
}

test('what is asked there is answered here, and the session is asked for before the first forward', async (t) => {
  const { server, provider, path, target } = await openTunnel(t)
  assert.deepEqual(await provider.prepare(), [])
  const life = follow(provider, target)
  await life.until('connected')
  assert.equal(server.asked[0], 'exec')
  assert.equal(server.asked[1], `forward ${path}`)
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => post(path, `hello ${index}`)),
  )
  assert.equal(answers[19], 'hello 19')
  const large = 'x'.repeat(5_000_000)
  assert.equal((await post(path, large)).length, large.length)
  await life.stop()
  assert.equal(life.events.at(-1)?.type, 'lost')
})

interface OpenSocket {
  readonly remotePort?: number
}

/** Node keeps on the socket itself whether Nagle's algorithm is off, and tells it nowhere else. */
function hasNoDelay(socket: OpenSocket): boolean {
  const mark = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'kSetNoDelay')
  return mark !== undefined && (socket as Record<symbol, unknown>)[mark] === true
}

test('nothing small waits for more on the way to the server', async (t) => {
  const { server, provider, target } = await openTunnel(t)
  await provider.prepare()
  const life = follow(provider, target)
  await life.until('connected')
  const { _getActiveHandles: handles } = process as unknown as { _getActiveHandles: () => OpenSocket[] }
  const own = handles().filter(({ remotePort }) => remotePort === server.port)
  assert.deepEqual(own.map(hasNoDelay), [true])
  await life.stop()
})

test('another host key ends it for good, and says both', async (t) => {
  const other = `SHA256:${'a'.repeat(43)}`
  const { server, provider, target } = await openTunnel(t, { hostKey: other })
  await provider.prepare()
  const life = follow(provider, target)
  await life.done
  const lost = life.events.at(-1)
  assert.ok(lost?.type === 'lost' && lost.isFinal === true)
  assert.ok(lost.reason.includes(server.hostKey) && lost.reason.includes(other))
  assert.deepEqual(server.asked, [])
})

test('a key that is not let in ends it for good', async (t) => {
  const { provider, target } = await openTunnel(t, {
    ownKey: async () => ({
      privateKey: makeKeyPair().private,
      publicKey: OWN.public,
    }),
  })
  await provider.prepare()
  const life = follow(provider, target)
  await life.done
  const lost = life.events.at(-1)
  assert.ok(lost?.type === 'lost' && lost.isFinal === true)
  assert.match(lost.reason, /does not let homebird in/)
})

test('a place that is taken is a loss that may pass', async (t) => {
  const { server, provider, target } = await openTunnel(t)
  server.isBusy = true
  await provider.prepare()
  const life = follow(provider, target)
  await life.done
  const lost = life.events.at(-1)
  assert.ok(lost?.type === 'lost' && lost.isFinal !== true)
  assert.match(lost.reason, /does not listen for this home/)
})

test('a cut is told at once, and a server that is not there as well', async (t) => {
  const { server, provider, target } = await openTunnel(t)
  await provider.prepare()
  const life = follow(provider, target)
  await life.until('connected')
  server.cut()
  await life.done
  assert.match(JSON.stringify(life.events.at(-1)), /closed the connection/)
  const gone = await openTunnel(t, { server: { host: '127.0.0.1', port: 1, user: 'homebird' } })
  await gone.provider.prepare()
  const second = follow(gone.provider, gone.target)
  await second.done
  assert.match(JSON.stringify(second.events.at(-1)), /ECONNREFUSED/)
})

test('a server that says nothing holds nobody up', { timeout: 10_000 }, async (t) => {
  const callers = new Set<Socket>()
  // As one that is frozen: it takes connections, and ends none.
  const silent = createNetServer({ allowHalfOpen: true }, (socket) => {
    callers.add(socket)
    socket.on('error', () => undefined).resume()
  })
  silent.listen(0, '127.0.0.1')
  await until('the silent server listens', async () => silent.listening)
  t.after(() => {
    for (const caller of callers) caller.destroy()
    silent.close()
  })
  const { port } = silent.address() as AddressInfo
  const { provider, target } = await openTunnel(t, { server: { host: '127.0.0.1', port, user: 'homebird' } })
  await provider.prepare()
  const life = follow(provider, target)
  await until('it has called', async () => callers.size > 0)
  await life.stop()
  assert.equal(life.events.at(-1)?.type, 'lost')
})

test('the doctor looks from there', async (t) => {
  const { provider, target } = await openTunnel(t)
  await assert.rejects(provider.vantage('home.example', 443), { code: 'UNAVAILABLE' })
  await provider.prepare()
  const life = follow(provider, target)
  await life.until('connected')
  assert.equal(await text(await provider.vantage('home.example', 443)), 'seen from there')
  await life.stop()
})

test('what is missing is found before the first attempt, and the key of the server is shown', async (t) => {
  const { provider } = await openTunnel(t, {
    server: null,
    ownKey: async () => {
      throw new Error('the file is broken')
    },
  })
  const codes = (await provider.prepare()).map(({ code }) => code)
  assert.deepEqual(codes, ['NO_SERVER', 'BAD_KEY'])
  const { provider: unknown, server } = await openTunnel(t, { hostKey: null })
  assert.deepEqual(
    (await unknown.prepare()).map(({ code }) => code),
    ['HOST_KEY_UNKNOWN'],
  )
  assert.deepEqual(unknown.facts(), { publicKey: OWN.public, seenHostKey: server.hostKey })
  const gone = await openTunnel(t, {
    server: { host: '127.0.0.1', port: 1, user: 'homebird' },
    hostKey: null,
  })
  assert.deepEqual(
    (await gone.provider.prepare()).map(({ code }) => code),
    ['SERVER_SILENT'],
  )
})

test('the key of the home is made once, is its own, and nobody else can read it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hb-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const plain = new SecretFolder(folder, PLAIN_BOX)
  const made = await ownKeyIn(plain)
  assert.match(made.publicKey, /^ssh-ed25519 [\w+/=]+ homebird$/)
  assert.deepEqual(await ownKeyIn(plain), made)
  const [file = ''] = readdirSync(folder)
  assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600)
  writeFileSync(join(folder, file), 'no key')
  await assert.rejects(ownKeyIn(plain), /holds no key/)
})
