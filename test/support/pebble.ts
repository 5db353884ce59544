/** A real authority of one test, as Let's Encrypt's own developers use it: it asks this machine's name server of the test. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { findProgram } from './edge-process.ts'
import { freePort } from './free-port.ts'
import type { TestCa } from './test-tls.ts'
import { until } from './until.ts'

/** Null where it is installed; else the line to skip with. */
export const NO_PEBBLE = findProgram('pebble') === null ? 'skipped: pebble is not installed' : null

export interface Pebble {
  readonly directory: string
  /** PEM of the authority whose certificates it gives. */
  readonly root: string
  /** How many orders it has been asked for. */
  orders(): number
  close(): Promise<void>
}

interface PebbleOptions {
  /** Signs the certificate of its own address, `localhost`. */
  readonly ca: TestCa
  /** `address:port` of a name server. */
  readonly dns: string
  /** At which it looks for the proof by TLS. */
  readonly tlsPort: number
}

const HOLDS_SECONDS = 90 * 86_400

export async function openPebble({ ca, dns, tlsPort }: PebbleOptions): Promise<Pebble> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-pebble-'))
  const [port, managementPort] = [await freePort(), await freePort()]
  const { cert, key } = ca.certificateFor('localhost')
  const settings = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${managementPort}`,
    certificate: join(folder, 'cert.pem'),
    privateKey: join(folder, 'key.pem'),
    httpPort: tlsPort,
    tlsPort,
    ocspResponderURL: '',
    externalAccountBindingRequired: false,
    certificateValidityPeriod: HOLDS_SECONDS,
  }
  const files = { 'cert.pem': cert, 'key.pem': key, 'config.json': JSON.stringify({ pebble: settings }) }
  for (const [name, words] of Object.entries(files)) await writeFile(join(folder, name), words)
  const child = spawn(
    findProgram('pebble') ?? 'pebble',
    ['-config', join(folder, 'config.json'), '-dnsserver', dns],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'] ?? '',
        PEBBLE_VA_ALWAYS_VALID: '0',
        PEBBLE_VA_NOSLEEP: '1',
        // Every order is proven anew; one nonce in five is refused, as it may be at any time.
        PEBBLE_AUTHZREUSE: '0',
        PEBBLE_WFE_NONCEREJECT: '20',
      },
    },
  )
  const ended = once(child, 'exit')
  let printed = ''
  let orders = 0
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      orders += chunk.toString().split('Added order ').length - 1
      printed = `${printed}${chunk.toString()}`.slice(-8_000)
    })
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const root = await until('pebble to answer', async () => {
      if (child.exitCode !== null) throw new Error(`pebble has ended: ${printed}`)
      return fetched(`https://localhost:${managementPort}/roots/0`, ca.caPem)
    })
    return { directory: `https://localhost:${port}/dir`, root, orders: () => orders, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function fetched(url: string, ca: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  request(url, { ca, agent: false, family: 4 }, (answer) => resolve(text(answer)))
    .on('error', reject)
    .end()
  return promise
}
