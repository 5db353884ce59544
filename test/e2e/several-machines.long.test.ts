/**
 * One home on five machines: two of servers behind nginx, three of workers, with one external PostgreSQL, Redis and S3 and
 * no folder that two of them would see. Each is a supervisor with a data directory and ports of its own. They share the work, and
 * two of them die under load.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ExitCode } from '../../server/contracts/exit-code.ts'
import type { RunnerStatus } from '../../server/stator/runner-types.ts'
import { noteActivity, outboxOf, tarGzOf } from '../support/archives.ts'
import { startRedis, withRedis } from '../support/cache-servers.ts'
import { type Edge, findProgram } from '../support/edge-process.ts'
import { type FakeActor, type FakePeer, openFakePeer, reach } from '../support/fake-peer.ts'
import { freePort } from '../support/free-port.ts'
import { HomeClient } from '../support/home-client.ts'
import { askHome } from '../support/home-parts.ts'
import { formOf } from '../support/multipart.ts'
import { openMachinesFront } from '../support/machines-front.ts'
import { emptyDatabase, trusted } from '../support/peered-home.ts'
import { newPicture } from '../support/pictures.ts'
import { type ProcessHome, startProcessHome } from '../support/process-home.ts'
import { readZip } from '../support/read-zip.ts'
import { type S3Server, startS3Server } from '../support/s3-server.ts'
import { closeBeforeCluster } from '../support/test-database.ts'
import { until } from '../support/until.ts'

const HOST = 'home.example'
const PEERS = 4
const POSTS = 20
const LIMIT_MS = 120_000
/** What a worker holds at once of deliveries, at most. */
const IN_FLIGHT = 64

const isPossible = existsSync('/usr/bin/redis-server') && findProgram('nginx') !== null
const onMachines = { skip: !isPossible && (withRedis.skip || 'no nginx on this machine') }

let servers: readonly ProcessHome[] = []
let workers: readonly ProcessHome[] = []
let clients: readonly HomeClient[] = []
let peers: readonly FakePeer[] = []
let followers: readonly FakeActor[] = []
let edge: Edge
let frontPort = 0
let bucket: S3Server
let env: Readonly<Record<string, string>> = {}

const target = () => ({ host: HOST, port: frontPort })

before(async () => {
  if (!isPossible) return
  peers = await Promise.all(
    Array.from({ length: PEERS }, (_, n) => openFakePeer(undefined, { host: `peer${n}.example` })),
  )
  closeBeforeCluster(async () => Promise.all(peers.map(async (peer) => peer.close())))
  const { hostAddresses, tlsCa } = reach(...peers)
  const [database, redis, s3, caFile] = await Promise.all([
    emptyDatabase(),
    startRedis(),
    startS3Server(),
    trusted(tlsCa),
  ])
  bucket = s3
  const cache = `redis://127.0.0.1:${redis.port}`
  env = {
    HOMEBIRD_DATABASE_URL: `postgresql://${database.user}@/${database.database}?host=${database.host}&port=${database.port}`,
    HOMEBIRD_CACHES_DEFAULT: `${cache}?key_prefix=default`,
    HOMEBIRD_CACHES_MEDIA: `${cache}?key_prefix=media`,
    HOMEBIRD_CACHES_AVATARS: `${cache}?key_prefix=avatars`,
    HOMEBIRD_MEDIA_BACKEND: s3.backend(),
    HOMEBIRD_DB_POOL: '6',
    HOMEBIRD_INBOX_RATE: '0',
    HOMEBIRD_API_RATE: '0',
    NODE_EXTRA_CA_CERTS: caFile,
    HOMEBIRD_HOST_ADDRESSES: Object.entries(hostAddresses)
      .map((pair) => pair.join('='))
      .join(','),
  }
  const machine = async (role: 'server' | 'worker', isSetUp = false): Promise<ProcessHome> => {
    const names = isSetUp ? { domain: HOST, handle: 'ben' } : { domain: null, handle: null }
    const home = await startProcessHome({ ...names, env, args: ['--role', role] })
    closeBeforeCluster(async () => home.close())
    return home
  }
  // Two at once on a database without a schema: one of them makes it, the other waits.
  servers = await Promise.all([machine('server', true), machine('server')])
  const started: ProcessHome[] = []
  for (let n = 0; n < 3; n += 1) started.push(await machine('worker'))
  workers = started
  clients = servers.map((home) => new HomeClient(home))
  await clientOf(0).signIn()
  clientOf(1).sharesSessionOf(clientOf(0))
  frontPort = await freePort()
  edge = await openMachinesFront(
    servers.map(({ publicPort }) => publicPort),
    frontPort,
  )
})

after(async () => {
  for (const home of [...servers, ...workers]) await home.close()
})

const clientOf = (number: number): HomeClient => {
  const client = clients[number % clients.length]
  if (client === undefined) throw new Error('there is no server')
  return client
}

/** Writes until one of the servers has said yes; the key makes the repetition of a lost answer harmless. */
async function writeForSure(text: string, first: number): Promise<void> {
  const key = randomUUID()
  let number = first
  await until(
    `"${text}" is acknowledged`,
    async () => {
      number += 1
      const answer = await clientOf(number).raw('/api/v1/statuses', {
        method: 'POST',
        body: { status: text, visibility: 'public' },
        headers: { 'idempotency-key': key },
      })
      return answer.status === 200
    },
    LIMIT_MS,
  )
}

/** By its text, how often the Create of each post came to this inbox. */
function arrivals(peer: FakePeer, marker: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { activity, type } of peer.sharedInbox.received) {
    const content = String((activity['object'] as Record<string, unknown> | undefined)?.['content'])
    const text = new RegExp(`${marker} \\d+\\.`).exec(content)?.[0]
    if (type === 'Create' && text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  return counts
}

async function allArrived(marker: string, posts: number): Promise<void> {
  await until(
    `every post of "${marker}" with every peer`,
    () => peers.every((peer) => arrivals(peer, marker).size === posts),
    LIMIT_MS,
  )
}

const untilItSees = async ({ dataDir }: ProcessHome, others: number) =>
  until(
    'the others to be seen',
    async () => {
      const now = await askHome(dataDir)
      return now.otherMachines.length === others && now
    },
    LIMIT_MS,
  )

const untilNothingIsIn = async (folder: string): Promise<boolean> =>
  until(`${folder} to be empty`, async () => (await bucket.names(folder)).length === 0, LIMIT_MS)

/** A machine that loses its power: supervisor and children at once. */
async function killMachine(home: ProcessHome): Promise<void> {
  const children = (await askHome(home.dataDir)).parts.flatMap(({ pid }) => pid ?? [])
  const killed = home.kill()
  for (const pid of children) process.kill(pid, 'SIGKILL')
  await killed
}

test('one machine makes the schema, and each knows the others with what they hold', onMachines, async () => {
  const all = [...servers, ...workers]
  const made = all.filter(({ events }) => events.some(({ message }) => /schema 0 to/.test(String(message))))
  assert.equal(made.length, 1)
  for (const home of all) await untilItSees(home, 4)
  const { otherMachines } = await askHome(servers[0]?.dataDir ?? '')
  assert.deepEqual(new Set(otherMachines.map(({ connections }) => connections)), new Set([8]))
})

test(
  'a further machine for which no connections are left is refused, and told who has them',
  onMachines,
  async () => {
    const more = startProcessHome({
      domain: null,
      handle: null,
      args: ['--role', 'worker'],
      env: { ...env, HOMEBIRD_DB_RESERVE: '380' },
    })
    await assert.rejects(more, /ended with 15 before[^]*what other machines of it hold: 8 of/)
  },
)

test(
  'followers come by the front door, and a session of one server is one of the other',
  onMachines,
  async () => {
    const found = await edge.ask(HOST, `/.well-known/webfinger?resource=acct:ben@${HOST}`)
    const links = [...(found.json()['links'] ?? [])]
    const uri = String(links.find(({ rel }) => String(rel) === 'self')?.['href'])
    for (const peer of peers) peer.meets(target())
    followers = peers.map((peer) => peer.actor('fan'))
    for (const fan of followers) assert.equal((await fan.sends(target(), fan.follow(uri))).status, 202)
    await Promise.all(
      followers.map(async (fan) => fan.inbox.waitFor(({ type }) => type === 'Accept', LIMIT_MS)),
    )
    const me = await clientOf(0).get('/api/v1/accounts/verify_credentials')
    await until(
      'both servers to count them',
      async () => {
        const again = await clientOf(1).get(`/api/v1/accounts/${me['id']}`)
        return Number(again['followers_count']) === PEERS
      },
      LIMIT_MS,
    )
  },
)

test('three workers share the deliveries, and nothing is delivered twice', onMachines, async () => {
  await Promise.all(Array.from({ length: POSTS }, async (_, n) => writeForSure(`quiet ${n}.`, n)))
  await allArrived('quiet', POSTS)
  for (const peer of peers) assert.deepEqual(new Set(arrivals(peer, 'quiet').values()), new Set([1]))
  // Each tells what it has done with its next heartbeat; one that came too late for these gets of the next.
  let more = 0
  await until(
    'each worker to have had a part of it',
    async () => {
      const all = await Promise.all(workers.map(async ({ dataDir }) => askHome(dataDir)))
      if (all.every(({ details }) => (details['worker-0'] as RunnerStatus).tally.attempts > 0)) return true
      await writeForSure(`and another ${(more += 1)}`, more)
      return false
    },
    LIMIT_MS,
  )
})

test('what is written at one server is told at the other', onMachines, async () => {
  const events = await clientOf(1).listens('/api/v1/streaming/user')
  try {
    assert.equal(events.status, 200)
    await clientOf(0).writes('told at once')
    for (let text = ''; !text.includes('told at once');) {
      const { event, data } = await events.next()
      text = event === 'update' ? data : ''
    }
  } finally {
    events.close()
  }
})

test('a picture that one server took is served by the other, from the store of all', onMachines, async () => {
  const file = { name: 'file', filename: 'a.png', type: 'image/png', bytes: newPicture() }
  const form = formOf([], [file])
  const sent = await clientOf(0).raw('/api/v2/media', { method: 'POST', ...form })
  assert.ok(sent.status === 200 || sent.status === 202, sent.text())
  const id = String(sent.json()['id'])
  const url = await until(
    'the picture',
    async () => {
      const seen = (await clientOf(1).get(`/api/v1/media/${id}`))['url']
      return seen === null || seen === undefined ? null : String(seen)
    },
    LIMIT_MS,
  )
  await clientOf(1).writes('with a picture', { media_ids: [id] })
  const { pathname } = new URL(url, `https://${HOST}`)
  const answers = await Promise.all(
    servers.map(async (home) => home.ask(pathname, { headers: { host: HOST } })),
  )
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200],
  )
  assert.ok(answers[0]?.bytes.equals(answers[1]?.bytes ?? Buffer.alloc(0)))
  await untilNothingIsIn('incoming/')
})

test('an export that a worker has made is fetched from either server', onMachines, async () => {
  const asked = await clientOf(0).call('POST', '/api/homebird/v1/exports', { kind: 'archive' })
  const path = `/api/homebird/v1/exports/${asked['id']}`
  await until(
    'the export',
    async () => {
      const { state, problem } = await clientOf(1).get(path)
      assert.ok(['making', 'ready'].includes(String(state)), String(problem))
      return String(state) === 'ready'
    },
    LIMIT_MS,
  )
  const [one, other] = await Promise.all(
    [0, 1].map(async (number) => (await clientOf(number).raw(`${path}/file`)).bytes),
  )
  assert.ok(one !== undefined && other !== undefined && one.equals(other))
  const outbox = (await readZip(one)).get('outbox.json')?.toString() ?? ''
  assert.match(outbox, /with a picture/)
  // Whoever may read the bucket reads nothing of it.
  const names = await bucket.names('exports/')
  assert.ok(names.length > 0)
  for (const name of names) {
    const kept = await readFile(join(bucket.folder, name)).catch(() => Buffer.alloc(0))
    assert.ok(!kept.includes('outbox.json'), name)
  }
  await clientOf(1).call('DELETE', path)
  assert.deepEqual(await bucket.names('exports/'), [])
})

test(
  'an archive that is brought to a server is taken in by the workers, with its files',
  onMachines,
  async () => {
    const attachment = [{ type: 'Document', mediaType: 'image/png', url: '/media/1.png', name: 'a field' }]
    const items = Array.from({ length: 6 }, (_, n) =>
      noteActivity({ id: n + 1, day: `2019-03-0${n + 1}`, more: n === 0 ? { attachment } : {} }),
    )
    const bytes = await tarGzOf([
      { name: 'outbox.json', bytes: outboxOf(items) },
      { name: 'media/1.png', bytes: newPicture() },
    ])
    const sent = await clientOf(1).raw('/api/homebird/v1/archives?name=old.tar.gz', {
      method: 'POST',
      body: bytes,
      headers: { 'content-type': 'application/octet-stream' },
    })
    assert.equal(sent.status, 202, sent.text())
    const path = `/api/homebird/v1/archives/${sent.json()['id']}`
    const end = await until(
      'the archive',
      async () => {
        const seen = await clientOf(0).get(path)
        return ['reading', 'importing'].includes(String(seen['state'])) ? null : seen
      },
      LIMIT_MS,
    )
    const { state, done, filesDone, failure } = end
    assert.deepEqual([state, done, filesDone, failure], ['finished', 6, 1, null])
    await untilNothingIsIn('archives/')
  },
)

test('a machine backs up what all of them have made, and proves it', onMachines, async () => {
  const [, home] = servers
  assert.ok(home !== undefined)
  const made = await home.command('backup', 'create', '--no-verify', '--json')
  assert.equal(made.code, ExitCode.ok, made.stdout + made.stderr)
  const name = /"subject":"([^"]+)"/.exec(made.stdout)?.[1] ?? ''
  // Its pictures too, which came from the bucket; nothing of it is on this machine but what it has made.
  const proven = await home.command('backup', 'verify', name, '--thorough', '--json')
  assert.equal(proven.code, ExitCode.ok, proven.stdout + proven.stderr)
})

test(
  'a server and a worker die under load: nothing is lost, and only what was on its way may come again',
  onMachines,
  async () => {
    const [, second] = servers
    const [victim] = workers
    assert.ok(second !== undefined && victim !== undefined)
    const writing = Array.from({ length: POSTS }, async (_, n) => writeForSure(`loud ${n}.`, n))
    const [fan] = followers
    assert.ok(fan !== undefined)
    await until(
      'the first of them to arrive',
      () => peers.some((peer) => arrivals(peer, 'loud').size > 0),
      LIMIT_MS,
    )
    await Promise.all([killMachine(victim), killMachine(second)])
    clients = clients.slice(0, 1)
    await Promise.all(writing)
    await allArrived('loud', POSTS)
    const again = peers
      .flatMap((peer) => Array.from(arrivals(peer, 'loud').values()))
      .filter((count) => count > 1)
    assert.ok(
      again.length <= IN_FLIGHT && again.every((count) => count === 2),
      `came again: ${again.join(', ')}`,
    )
    const me = await clientOf(0).get('/api/v1/accounts/verify_credentials')
    const own = await clientOf(0).list(`/api/v1/accounts/${me['id']}/statuses?limit=40`)
    const texts = own
      .map(({ content }) => /loud \d+\./.exec(String(content))?.[0])
      .filter((text) => text !== undefined)
    assert.deepEqual([texts.length, new Set(texts).size], [POSTS, POSTS])
    console.log(
      `# ${POSTS * PEERS} deliveries over the end of two machines: 0 lost, ${again.length} came twice`,
    )
    const seen = await until('nginx to ask the other server', async () => {
      const answer = await edge.ask(HOST, `/.well-known/webfinger?resource=acct:ben@${HOST}`)
      return answer.status === 200 && answer.status
    })
    assert.equal(seen, 200)
  },
)

test('a machine that comes back takes its share again', onMachines, async () => {
  const [, second] = servers
  assert.ok(second !== undefined)
  await second.start()
  assert.equal((await untilItSees(second, 3)).connectionsPerProcess, 6)
})
