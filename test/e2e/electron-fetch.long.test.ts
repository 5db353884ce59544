/** Fetching Electron's binary for `npm start` where it cannot be had: nothing is kept, and the reason is said soon. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { findElectron } from '../../build/desktop.mjs'
import { afterInReverse } from '../support/after-in-reverse.ts'
import { freePort } from '../support/free-port.ts'
import { testDataDir } from '../support/test-ground.ts'

const PROGRAM = join(import.meta.dirname, '..', '..', 'build', 'fetch-electron.mjs')
const skip = findElectron() === null ? false : 'Electron’s binary is here already'

async function openMirror(t: TestContext, answer: Parameters<typeof createServer>[1]): Promise<number> {
  const server: Server = createServer(answer ?? (() => undefined)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  afterInReverse(t, () => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

async function fetchFrom(t: TestContext, port: number) {
  const child = spawn(process.execPath, [PROGRAM], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: testDataDir(t),
      ELECTRON_MIRROR: `http://127.0.0.1:${port}/`,
    },
  })
  let said = ''
  child.stderr.on('data', (chunk) => (said += String(chunk)))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, said, found: findElectron() }
}

test('where nobody answers, the reason is said at once', { skip }, async (t) => {
  const { code, said, found } = await fetchFrom(t, await freePort())
  assert.equal(code, 1)
  assert.match(said, /ECONNREFUSED/)
  assert.equal(found, null)
})

test('what is not the binary that Electron’s package names is thrown away', { skip }, async (t) => {
  const port = await openMirror(t, (_request, response) => response.end('another program'))
  const { code, said, found } = await fetchFrom(t, port)
  assert.equal(code, 1)
  assert.match(said, /checksum/i)
  assert.equal(found, null)
})

test('a server that falls silent is given up after ten seconds', { skip }, async (t) => {
  const port = await openMirror(t, (_request, response) => {
    response.writeHead(200, { 'content-length': '100000000' })
    response.write(Buffer.alloc(2_000_000))
  })
  const startedMs = performance.now()
  const { code, said } = await fetchFrom(t, port)
  assert.equal(code, 1)
  assert.match(said, /has sent nothing for 10 seconds/)
  assert.ok(performance.now() - startedMs >= 9_900)
})
