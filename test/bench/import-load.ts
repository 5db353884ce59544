/**
 * A list of ten thousand people whom nobody here knows, a third of them on servers that are gone in one of three ways: how
 * fast those who live are followed, how often who is dead is asked, and whether the list of the rest is whole.
 */
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, type Socket, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { createTestCa } from '../support/test-tls.ts'
import { type BenchHome, cpuBetween, openBenchHome } from './bench-home.ts'
import type { BenchResult } from './report.ts'

const PEOPLE = 10_000
const SERVERS = 600
/** One server in three is dead; by its number it is silent, it refuses, or it says that it is broken. */
const isDead = (server: number): boolean => server % 3 === 2
const LOOK_EVERY_MS = 1_000
const MOST_MS = 20 * 60_000
const KINDS = ['silent', 'refusing', 'broken'] as const

const hostOf = (server: number): string => `i${server}.bench.example`
const kindOf = (server: number): (typeof KINDS)[number] | null =>
  isDead(server) ? (KINDS[Math.floor(server / 3) % KINDS.length] ?? null) : null

interface Servers extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>
  /** Attempts to reach those that are silent or broken, by kind. */
  readonly asked: { silent: number; broken: number; living: number }
}

export async function importLoad(): Promise<BenchResult[]> {
  const servers = await openServers()
  try {
    const bench = await openBenchHome(servers.env)
    try {
      return await measure(servers, bench)
    } finally {
      await bench[Symbol.asyncDispose]()
    }
  } finally {
    await servers[Symbol.asyncDispose]()
  }
}

async function measure(servers: Servers, bench: BenchHome): Promise<BenchResult[]> {
  const handles = Array.from({ length: PEOPLE }, (_, n) => `p${n}@${hostOf(n % SERVERS)}`)
  const living = handles.filter((_, n) => !isDead(n % SERVERS)).length
  const before = await bench.usage()
  const statementsBefore = await bench.statements()
  const begunAtMs = performance.now()
  const made = await bench.owner.raw('/api/homebird/v1/imports?kind=following', {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: handles.join('\n'),
  })
  const id = String(made.json()['id'])
  const { seconds, seen } = await followUntil(bench, id, living, begunAtMs)
  const cpu = cpuBetween(before, await bench.usage())
  const statements = (await bench.statements()) - statementsBefore
  const asked = { ...servers.asked }
  await giveUpAtOnce(bench, id)
  const { isExact, failed } = await listOfFailures(bench, id, handles)
  return [
    {
      workload: `follows of ${PEOPLE} on ${SERVERS} servers, a third of them dead`,
      figures: {
        'until all who live are followed': { value: seconds * 1_000, unit: 'ms' },
        'look-ups that succeed in a second': { value: living / seconds, unit: '/s', goal: { atLeast: 20 } },
        'living not followed by then': { value: living - seen, unit: '', goal: { atMost: 0 } },
        'CPU, app': { value: cpu.app / living, unit: 'ms CPU' },
        'CPU, database': { value: cpu.database / living, unit: 'ms CPU' },
        statements: { value: statements / living, unit: 'statements' },
        'requests to who lives': { value: asked.living / living, unit: '' },
        'connections to who is silent': { value: asked.silent, unit: '' },
        'requests to who is broken': { value: asked.broken, unit: '' },
        'failures listed': { value: failed, unit: '', goal: { atLeast: PEOPLE - living } },
        'list is exactly those who are gone': { value: isExact ? 1 : 0, unit: '', goal: { atLeast: 1 } },
      },
    },
  ]
}

async function followUntil(bench: BenchHome, id: string, living: number, begunAtMs: number) {
  for (let last = ''; ;) {
    const progress = await bench.owner.get(`/api/homebird/v1/imports/${id}`)
    const seen = Number(progress['done'])
    const seconds = (performance.now() - begunAtMs) / 1_000
    const line = `${Math.round(seconds / 10) * 10} s: ${seen} done, ${String(progress['failed'])} failed`
    if (line !== last && process.env['BENCH_VERBOSE'] !== undefined) console.error(line)
    last = line
    if (seen >= living || seconds * 1_000 > MOST_MS) return { seconds, seen }
    await delay(LOOK_EVERY_MS)
  }
}

/** Most of a day goes by: every line has one attempt left. */
async function giveUpAtOnce({ sql, owner }: BenchHome, id: string): Promise<void> {
  await sql.query(
    `update import_entries set state_next_attempt_at = now(), state_attempts = 8
      where import_id = $1 and state = 'looking_up' and state_lock_token is null`,
    [id],
  )
  for (let waitedMs = 0; waitedMs < MOST_MS; waitedMs += LOOK_EVERY_MS) {
    const { state } = await owner.get(`/api/homebird/v1/imports/${id}`)
    if (String(state) === 'finished') return
    await sql.query(
      `update import_entries set state_next_attempt_at = now(), state_attempts = greatest(state_attempts, 8)
        where import_id = $1 and state = 'looking_up' and state_lock_token is null and state_next_attempt_at > now() + interval '3 minutes'`,
      [id],
    )
    await delay(LOOK_EVERY_MS)
  }
}

async function listOfFailures({ owner }: BenchHome, id: string, handles: readonly string[]) {
  const text = (await owner.raw(`/api/homebird/v1/imports/${id}/failures.csv`)).text()
  const listed = text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[1] ?? '')
  const dead = handles.filter((_, n) => isDead(n % SERVERS))
  return { failed: listed.length, isExact: listed.toSorted().join() === dead.toSorted().join() }
}

async function openServers(): Promise<Servers> {
  const cleanups: Array<() => void> = []
  const ca = createTestCa({ after: (work) => cleanups.push(work) })
  const asked = { silent: 0, broken: 0, living: 0 }
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const broken = new Set(
    Array.from({ length: SERVERS }, (_, n) => n)
      .filter((n) => kindOf(n) === 'broken')
      .map(hostOf),
  )
  const speaking = createTlsServer(
    { ...ca.certificateFor(['*.bench.example']), keepAlive: true },
    (request, response) => {
      request.resume()
      const { host = '' } = request.headers
      if (broken.has(host)) {
        asked.broken += 1
        response.writeHead(503).end()
        return
      }
      if (request.method === 'POST') {
        response.writeHead(202).end()
        return
      }
      asked.living += 1
      const path = request.url ?? ''
      const answer = answerOf(host, path, pem)
      const type = path.startsWith('/.well-known/') ? 'application/jrd+json' : 'application/activity+json'
      response.writeHead(answer === null ? 404 : 200, { 'content-type': type })
      response.end(answer === null ? '' : JSON.stringify(answer))
    },
  )
  const held = new Set<Socket>()
  const silent = createServer((socket) => {
    asked.silent += 1
    held.add(socket)
    socket.on('error', () => undefined).once('close', () => held.delete(socket))
    socket.resume()
  })
  const refusing = createServer()
  const ports: number[] = []
  for (const server of [speaking, silent, refusing]) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    ports.push((server.address() as AddressInfo).port)
  }
  refusing.close()
  const [speakingPort = 0, silentPort = 0, refusingPort = 0] = ports
  const portOf = (server: number): number => {
    const kind = kindOf(server)
    return kind === 'silent' ? silentPort : kind === 'refusing' ? refusingPort : speakingPort
  }
  return {
    asked,
    env: {
      NODE_EXTRA_CA_CERTS: ca.caFile,
      HOMEBIRD_HOST_ADDRESSES: Array.from(
        { length: SERVERS },
        (_, server) => `${hostOf(server)}=127.0.0.1:${portOf(server)}`,
      ).join(','),
    },
    async [Symbol.asyncDispose]() {
      for (const socket of held) socket.destroy()
      speaking.closeAllConnections()
      speaking.close()
      silent.close()
      for (const work of cleanups) work()
    },
  }
}

function answerOf(host: string, path: string, pem: string): object | null {
  const [, name = ''] = /(?:acct%3A|\/users\/)(p\d+)/.exec(path) ?? []
  if (name === '') return null
  const uri = `https://${host}/users/${name}`
  if (path.startsWith('/.well-known/webfinger')) {
    return {
      subject: `acct:${name}@${host}`,
      links: [{ rel: 'self', type: 'application/activity+json', href: uri }],
    }
  }
  return {
    '@context': ['https://www.w3.org/ns/activitystreams', 'https://w3id.org/security/v1'],
    id: uri,
    type: 'Person',
    preferredUsername: name,
    inbox: `${uri}/inbox`,
    outbox: `${uri}/outbox`,
    followers: `${uri}/followers`,
    endpoints: { sharedInbox: `https://${host}/inbox` },
    publicKey: { id: `${uri}#main-key`, owner: uri, publicKeyPem: pem },
  }
}
