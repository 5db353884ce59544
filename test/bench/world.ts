/**
 * The rest of the fediverse, as far as the home can tell: hosts below one name, all answered by one TLS server in this
 * process, which verifies each signed delivery with the home's key. Actors are seeded into the home, so that nothing
 * has to be fetched while it is measured.
 */
import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type pg from 'pg'
import { type SigningKey, digestOf, signatureHeaders } from '../support/fake-peer-signatures.ts'
import { askListener } from '../support/http-client.ts'
import { type TestCa, createTestCa } from '../support/test-tls.ts'
import { BENCH_DOMAIN, BENCH_HANDLE } from './bench-home.ts'
import { requestBytes } from './http-load.ts'

export interface Arrival {
  readonly host: string
  readonly atMs: number
}

export interface World extends AsyncDisposable {
  readonly hosts: readonly string[]
  /** To be given to the home. */
  readonly env: Readonly<Record<string, string>>
  readonly arrivals: Arrival[]
  /** Deliveries whose signature was bad. */
  readonly refused: string[]
  /** Learns the home's key, so that deliveries can be verified. */
  meet(publicPort: number): Promise<void>
  /** Resolves when that many deliveries have arrived in all. */
  arrived(count: number): Promise<void>
}

export async function openWorld(hostCount: number): Promise<World> {
  const cleanups: Array<() => void> = []
  const ca: TestCa = createTestCa({ after: (work) => cleanups.push(work) })
  const hosts = Array.from({ length: hostCount }, (_, index) => `s${index + 1}.bench.example`)
  const arrivals: Arrival[] = []
  const refused: string[] = []
  const waiting: Array<{ count: number; resolve: () => void }> = []
  let key: KeyObject | null = null
  const server: Server = createServer(
    { ...ca.certificateFor(['*.bench.example']), keepAlive: true },
    (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const host = request.headers.host ?? ''
        const isGood =
          request.method === 'POST' &&
          key !== null &&
          isSigned(request.headers, request.url ?? '', Buffer.concat(chunks), key)
        if (request.method === 'POST' && !isGood) refused.push(host)
        response.writeHead(request.method === 'POST' ? (isGood ? 202 : 401) : 404).end()
        if (!isGood) return
        arrivals.push({ host, atMs: performance.now() })
        for (const one of waiting) if (arrivals.length >= one.count) one.resolve()
      })
    },
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    hosts,
    arrivals,
    refused,
    env: {
      NODE_EXTRA_CA_CERTS: ca.caFile,
      HOMEBIRD_HOST_ADDRESSES: hosts.map((host) => `${host}=${address}`).join(','),
    },
    async meet(publicPort) {
      key = await fetchKey(publicPort)
    },
    async arrived(count) {
      if (arrivals.length >= count) return
      await new Promise<void>((resolve) =>
        waiting.push({
          count,
          resolve,
        }),
      )
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      for (const work of cleanups) work()
      await once(server, 'close')
    },
  }
}

async function fetchKey(publicPort: number): Promise<KeyObject> {
  const resource = `acct:${BENCH_HANDLE}@${BENCH_DOMAIN}`
  const found = await askListener(
    publicPort,
    BENCH_DOMAIN,
    `/.well-known/webfinger?resource=${encodeURIComponent(resource)}`,
  )
  const self = [...(found.json()['links'] ?? [])].find((link) => String(link['rel']) === 'self')
  const actor = await askListener(publicPort, BENCH_DOMAIN, new URL(String(self?.['href'])).pathname)
  return createPublicKey(String(actor.json()['publicKey']?.['publicKeyPem']))
}

function isSigned(
  headers: Record<string, string | string[] | undefined>,
  path: string,
  body: Buffer,
  key: KeyObject,
): boolean {
  if (headers['digest'] !== digestOf(body)) return false
  const raw = String(headers['signature'])
  const names = (/headers="([^"]+)"/.exec(raw)?.[1] ?? '').split(' ')
  const signature = Buffer.from(/signature="([^"]+)"/.exec(raw)?.[1] ?? '', 'base64')
  const base = names.map((name) =>
    name === '(request-target)' ? `${name}: post ${path}` : `${name}: ${String(headers[name])}`,
  )
  return verify('sha256', Buffer.from(base.join('\n')), key, signature)
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
