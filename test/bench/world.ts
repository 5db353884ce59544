/**
 * The rest of the fediverse, as far as the home can tell: hosts below one name, answered by TLS servers in processes of
 * their own (`peer-process.ts`), which verify each signed delivery with the home's key. Actors are seeded into the
 * home, so that nothing has to be fetched while it is measured.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, type Socket, createServer } from 'node:net'
import { join } from 'node:path'
import type pg from 'pg'
import { type SigningKey, digestOf, signatureHeaders } from '../support/fake-peer-signatures.ts'
import { askListener } from '../support/http-client.ts'
import { type TestCa, createTestCa } from '../support/test-tls.ts'
import { BENCH_DOMAIN, BENCH_HANDLE } from './bench-home.ts'
import { requestBytes } from './http-load.ts'
import { type Arrival, type FromPeers, type ToPeers, clockMs } from './peer-messages.ts'

/** More than the machine has cores would not answer sooner. */
const PROCESSES = 2
const GIVE_UP_MS = 300_000
/** Of the dead. */
const SILENT_EVERY = 10
/** Reserved; no service of today listens there. */
const NOBODYS_PORT = 1

export interface World extends AsyncDisposable {
  readonly hosts: readonly string[]
  /** Those that nobody answers for: one in ten takes connections and never says a word, the others take none. */
  readonly dead: readonly string[]
  /** To be given to the home. */
  readonly env: Readonly<Record<string, string>>
  readonly arrivals: Arrival[]
  /** Deliveries whose signature was bad. */
  readonly refused: string[]
  /** Learns the home's key, so that deliveries can be verified. */
  meet(publicPort: number): Promise<void>
  /** Forgets what arrived, and says when: the moment that the times of what comes next are counted from. */
  begin(): number
  /** Resolves when that many deliveries have arrived since. */
  arrived(count: number): Promise<void>
}

interface Peers {
  readonly child: ChildProcess
  readonly port: number
}

/** @param deadEvery  one in so many hosts is dead; none unless it is said */
export async function openWorld(hostCount: number, deadEvery = Number.POSITIVE_INFINITY): Promise<World> {
  const cleanups: Array<() => void> = []
  const ca: TestCa = createTestCa({ after: (work) => cleanups.push(work) })
  const { cert, key } = ca.certificateFor(['*.bench.example'])
  const hosts = Array.from({ length: hostCount }, (_, index) => `s${index + 1}.bench.example`)
  const arrivals: Arrival[] = []
  const refused: string[] = []
  const waiting = new Set<{ count: number; resolve: () => void }>()
  const hear = (message: FromPeers): void => {
    if (message.kind !== 'came') return
    arrivals.push(...message.arrivals)
    refused.push(...message.refused)
    for (const one of waiting) {
      if (arrivals.length < one.count) continue
      waiting.delete(one)
      one.resolve()
    }
  }
  const peers = await Promise.all(
    Array.from({ length: PROCESSES }, async () => startPeers({ kind: 'open', cert, key }, hear)),
  )
  const silent = await openSilent()
  const isDead = (index: number): boolean => (index + 1) % deadEvery === 0
  const addressOf = (index: number): string => {
    if (!isDead(index)) return `127.0.0.1:${peers[index % peers.length]?.port}`
    return `127.0.0.1:${((index + 1) / deadEvery) % SILENT_EVERY === 0 ? silent.port : NOBODYS_PORT}`
  }
  return {
    hosts,
    dead: hosts.filter((_, index) => isDead(index)),
    arrivals,
    refused,
    env: {
      NODE_EXTRA_CA_CERTS: ca.caFile,
      HOMEBIRD_HOST_ADDRESSES: hosts.map((host, index) => `${host}=${addressOf(index)}`).join(','),
    },
    async meet(publicPort) {
      const pem = await fetchKey(publicPort)
      for (const { child } of peers) {
        const knows = once(child, 'message')
        child.send({ kind: 'key', pem } satisfies ToPeers)
        await knows
      }
    },
    begin() {
      arrivals.length = 0
      return clockMs()
    },
    async arrived(count) {
      if (arrivals.length >= count) return
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      waiting.add({ count, resolve })
      const late = setTimeout(
        () =>
          reject(new Error(`${arrivals.length} of ${count} deliveries came within ${GIVE_UP_MS / 1_000} s`)),
        GIVE_UP_MS,
      )
      await promise.finally(() => clearTimeout(late))
    },
    async [Symbol.asyncDispose]() {
      for (const { child } of peers) {
        const ended = once(child, 'exit')
        child.disconnect()
        await ended
      }
      silent.close()
      for (const work of cleanups) work()
    },
  }
}

/** Takes connections and never says a word. */
async function openSilent(): Promise<{ readonly port: number; close(): void }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = (): void => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  return { port: (server.address() as AddressInfo).port, close }
}

async function startPeers(
  open: ToPeers & { kind: 'open' },
  hear: (message: FromPeers) => void,
): Promise<Peers> {
  const child = fork(join(import.meta.dirname, 'peer-process.ts'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  child.on('message', (message) => hear(message as FromPeers))
  const ended = once(child, 'exit').then(([code]) => ({ kind: 'ended', code }) as const)
  child.send(open)
  const first = await Promise.race([once(child, 'message').then(([message]) => message as FromPeers), ended])
  if (first.kind !== 'listens')
    throw new Error(`a process of the world did not listen: ${JSON.stringify(first)}`)
  return { child, port: first.port }
}

async function fetchKey(publicPort: number): Promise<string> {
  const resource = `acct:${BENCH_HANDLE}@${BENCH_DOMAIN}`
  const found = await askListener(
    publicPort,
    BENCH_DOMAIN,
    `/.well-known/webfinger?resource=${encodeURIComponent(resource)}`,
  )
  const self = [...(found.json()['links'] ?? [])].find((link) => String(link['rel']) === 'self')
  const actor = await askListener(publicPort, BENCH_DOMAIN, new URL(String(self?.['href'])).pathname)
  return String(actor.json()['publicKey']?.['publicKeyPem'])
}

/** A sender whose key the home knows already. */
export interface Sender {
  readonly uri: string
  readonly host: string
  readonly key: SigningKey
}

/** Puts actors with keys into the home, followed by its owner or following it. */
export async function seedActors(
  sql: pg.Client,
  hosts: readonly string[],
  perHost: number,
  relation: 'followed' | 'follower',
  sharedInboxes: boolean,
): Promise<Sender[]> {
  // One pair for all: what is measured is the home, not the making of keys.
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const senders = hosts.flatMap((host) =>
    Array.from({ length: perHost }, (_, index) => {
      const uri = `https://${host}/users/${relation}${index}`
      return { uri, host, key: { keyUri: `${uri}#main-key`, privateKey } }
    }),
  )
  const uris = senders.map(({ uri }) => uri)
  const shared = sharedInboxes ? `'https://' || split_part(uri, '/', 3) || '/inbox'` : 'null'
  await sql.query(
    `insert into actors (uri, kind, host, username, handle_domain, inbox_uri, shared_inbox_uri, followers_uri, fetched_at)
     select uri, 'Person', split_part(uri, '/', 3), split_part(uri, '/', 5), split_part(uri, '/', 3), uri || '/inbox', ${shared}, uri || '/followers', now()
       from unnest($1::text[]) as uri`,
    [uris],
  )
  await sql.query(
    `insert into actor_keys (key_uri, actor_id, algorithm, public_key_pem)
     select uri || '#main-key', id, 'rsa', $2 from actors where uri = any($1)`,
    [uris, pem],
  )
  const [source, target] = relation === 'follower' ? ['actors.id', 'own.id'] : ['own.id', 'actors.id']
  await sql.query(
    `insert into follows (uri, source_id, target_id, state, accepted_at, state_next_attempt_at)
     select 'https://seed.bench.example/' || actors.id, ${source}, ${target}, 'accepted', now(), null
       from actors, (select id from actors where domain_id is not null and not is_instance_actor) as own
      where actors.uri = any($1)`,
    [uris],
  )
  await sql.query('analyze')
  return senders
}

/** A signed Create of a public note, ready to be written to a socket. */
export function createRequest(sender: Sender, number: number): Buffer {
  const id = `https://${sender.host}/notes/${number}`
  const published = new Date().toISOString()
  const to = ['https://www.w3.org/ns/activitystreams#Public']
  const cc = [`${sender.uri}/followers`]
  const content = `<p>Post number ${number}, of a length that people really write: about two lines in a timeline, with a <a href="https://${sender.host}/tags/bench" class="mention hashtag" rel="tag">#<span>bench</span></a>.</p>`
  const tag = [{ type: 'Hashtag', href: `https://${sender.host}/tags/bench`, name: '#bench' }]
  const note = {
    id,
    type: 'Note',
    attributedTo: sender.uri,
    content,
    published,
    to,
    cc,
    tag,
    url: id,
    sensitive: false,
  }
  const activity = {
    '@context': 'https://www.w3.org/ns/activitystreams',
    id: `${id}/activity`,
    type: 'Create',
    actor: sender.uri,
    published,
    to,
    cc,
    object: note,
  }
  const body = JSON.stringify(activity)
  const headers = {
    host: BENCH_DOMAIN,
    date: new Date().toUTCString(),
    digest: digestOf(body),
    'content-type': 'application/activity+json',
  }
  const signature = signatureHeaders({
    scheme: 'cavage',
    key: sender.key,
    method: 'POST',
    path: '/ap/inbox',
    host: BENCH_DOMAIN,
    headers,
    created: 0,
    covers: ['(request-target)', 'host', 'date', 'digest', 'content-type'],
    algorithm: 'rsa-sha256',
  })
  return requestBytes('POST', '/ap/inbox', { ...headers, ...signature }, body)
}
