/**
 * A home that runs for real among scripted servers: a friend whom the owner follows, and strangers that mean it ill or
 * well. What every hostile case is judged by stands here: the answer, the whole ledger of the home before and after, and
 * what the home asked of others.
 */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { createLogger } from '../../server/core/log.ts'
import { withClient } from '../../server/db/connection.ts'
import { type Database, openDatabase } from '../../server/db/pool.ts'
import type { Row } from '../../server/db/tables.ts'
import type { FakeActorOptions } from './fake-peer-actor.ts'
import {
  type FakeActor,
  type FakePeer,
  type HomeTarget,
  type PeerAnswer,
  openFakePeer,
  reach,
} from './fake-peer.ts'
import { type HomeClient, signedInClient } from './home-client.ts'
import type { Json } from './http-client.ts'
import { type Ledger, countDue, readLedger } from './ledger.ts'
import { type ProcessHome, startProcessHome } from './process-home.ts'
import { closeBeforeCluster, testCluster } from './test-database.ts'
import { uniqueName } from './test-cluster.ts'
import { until } from './until.ts'

/** One key for all strangers: making one costs more than most cases. */
const STRANGERS_KEY = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey

export const HOME_HOST = 'home.example'

export interface PeeredHomeOptions {
  /** How many servers there are that nobody here knows yet; each `stranger()` uses one up. */
  readonly strangers?: number
  /** Further servers, such as one with a name of its own. */
  readonly peers?: readonly FakePeer[]
  readonly env?: Readonly<Record<string, string>>
}

/** What a case may change without being a success of the sender. */
export interface Leave {
  /** Tables that may differ afterwards. */
  readonly tables?: readonly string[]
  /** Paths that the home may ask others for. Nothing unless said. */
  readonly asks?: readonly string[]
}

export class PeeredHome {
  readonly home: ProcessHome
  readonly owner: HomeClient
  readonly db: Database
  readonly target: HomeTarget
  /** The owner's identity. */
  readonly me: { readonly id: string; readonly uri: string }
  /** Followed by the owner: what it sends well is seen. */
  readonly friend: FakeActor
  readonly friendPeer: FakePeer
  readonly #peers: readonly FakePeer[]
  readonly #fresh: FakePeer[]
  readonly #pids: string
  #controls = 0

  private constructor(parts: {
    home: ProcessHome
    owner: HomeClient
    db: Database
    me: { id: string; uri: string }
    peers: readonly FakePeer[]
    fresh: readonly FakePeer[]
    friend: FakeActor
    friendPeer: FakePeer
    pids: string
  }) {
    this.home = parts.home
    this.owner = parts.owner
    this.db = parts.db
    this.me = parts.me
    this.friend = parts.friend
    this.friendPeer = parts.friendPeer
    this.target = { host: HOME_HOST, port: parts.home.publicPort }
    this.#peers = parts.peers
    this.#fresh = [...parts.fresh]
    this.#pids = parts.pids
  }

  static async open(options: PeeredHomeOptions = {}): Promise<PeeredHome> {
    const friendPeer = await openFakePeer(undefined, { host: 'friend.example' })
    const fresh = await Promise.all(
      Array.from({ length: options.strangers ?? 0 }, async (_, n) =>
        openFakePeer(undefined, { host: `stranger${n}.example` }),
      ),
    )
    const peers = [friendPeer, ...fresh, ...(options.peers ?? [])]
    closeBeforeCluster(async () => Promise.all(peers.map(async (peer) => peer.close())))
    const database = await emptyDatabase()
    const { hostAddresses, tlsCa } = reach(...peers)
    const home = await startProcessHome({
      domain: HOME_HOST,
      handle: 'ben',
      env: {
        HOMEBIRD_DATABASE_URL: `postgresql://${database.user}@/${database.database}?host=${database.host}&port=${database.port}`,
        NODE_EXTRA_CA_CERTS: await trusted(tlsCa),
        HOMEBIRD_HOST_ADDRESSES: Object.entries(hostAddresses)
          .map((pair) => pair.join('='))
          .join(','),
        HOMEBIRD_REMOTE_TIMEOUT: '4',
        HOMEBIRD_INBOX_RATE: '0',
        ...options.env,
      },
    })
    closeBeforeCluster(async () => home.close())
    const log = createLogger('test', 'silent')
    const opened = openDatabase(database, { connections: 2, applicationName: 'homebird test', log })
    closeBeforeCluster(async () => opened.close())
    const { db } = opened
    const me = await db
      .selectFrom('actors')
      .select(['id', 'uri'])
      .where('is_local', '=', true)
      .where('is_instance_actor', '=', false)
      .executeTakeFirstOrThrow()
    const owner = await signedInClient(home)
    const friend = friendPeer.actor('friend')
    const parts = { home, owner, db, me, peers, fresh, friend, friendPeer, pids: await pidsOf(home) }
    const world = new PeeredHome(parts)
    friendPeer.meets(world.target)
    try {
      await world.follows(friend)
      await world.control()
    } catch (cause) {
      throw new Error(`the home does not even do what it should; it said:\n${home.output}`, { cause })
    }
    closeBeforeCluster(async () => world.#goesOn())
    return world
  }

  /** The owner follows somebody, who says yes. */
  async follows(actor: FakeActor): Promise<Json> {
    const account = await this.owner.find(`@${actor.handle}`)
    const id = String(account['id'])
    await this.owner.call('POST', `/api/v1/accounts/${id}/follow`)
    const { sharedInbox } = actor.peer as FakePeer
    const { activity } = await sharedInbox.waitFor(
      (one) => one.type === 'Follow' && one.activity['object'] === actor.uri,
    )
    assert.equal((await actor.sends(this.target, actor.accept(activity))).status, 202)
    await until(`@${actor.handle} is followed`, async () => (await this.owner.relationship(id))['following'])
    await this.quiet()
    return account
  }

  /** Somebody on a server that the home has never heard of. */
  stranger(name = 'eve', options: FakeActorOptions = {}): FakeActor {
    const actor = this.strangeServer().actor(name, options)
    if (options.keyAlgorithm === undefined) actor.rotateKey(STRANGERS_KEY)
    return actor
  }

  strangeServer(): FakePeer {
    const peer = this.#fresh.pop()
    if (peer === undefined) throw new Error('ask for more strangers when the home is opened')
    return peer
  }

  /** Something that the owner would see if it came through: a post for everybody that names the owner. */
  post(
    by: FakeActor,
    facts: Readonly<Record<string, unknown>> = {},
  ): Record<string, unknown> & { readonly id: string } {
    return by.note({
      content: `<p>from ${by.name}</p>`,
      cc: [by.followers, this.me.uri],
      tag: [{ type: 'Mention', href: this.me.uri, name: `@ben@${HOME_HOST}` }],
      ...facts,
    })
  }

  /** Such a post as an activity. */
  create(by: FakeActor, facts: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    return by.create(this.post(by, facts))
  }

  /** Sends what is right, and waits until it is worked off. */
  async takes(by: FakeActor, activity: { readonly id?: unknown }): Promise<void> {
    const answer = await by.sends(this.target, activity)
    assert.equal(answer.status, 202, answer.text())
    const { state, reason } = await this.processed(String(activity.id))
    assert.equal(state, 'processed', `dropped: ${reason}`)
  }

  /** Tells the processes of the home that something has changed, as whoever changes it does. */
  async notifies(channel: string, what: string): Promise<void> {
    await sql`select pg_notify(${channel}, ${what})`.execute(this.db)
  }

  /** Refused with this status, and no trace of it. */
  async refuses(
    status: number | readonly number[],
    send: () => Promise<PeerAnswer>,
    leave: Leave = {},
  ): Promise<PeerAnswer> {
    return this.#unchanged(status, send, leave)
  }

  /** Taken with thanks, and no trace of it: nothing stored, nobody asked. */
  async overlooks(send: () => Promise<PeerAnswer>): Promise<void> {
    await this.#unchanged(202, send, {})
  }

  /** Taken, kept for the inspector, without any effect. */
  async drops(
    activity: { readonly id?: unknown },
    send: () => Promise<PeerAnswer>,
    leave: Leave = {},
  ): Promise<void> {
    await this.quiet()
    const before = await readLedger(this.db)
    const asked = this.#asked()
    const answer = await send()
    assert.equal(answer.status, 202, answer.text())
    await this.processed(String(activity.id))
    await this.quiet()
    this.#compare(before, await readLedger(this.db), ['inbox_messages', ...(leave.tables ?? [])])
    this.#comparePaths(asked, leave.asks ?? [])
  }

  /** What became of a received activity: its state, and the reason where it was dropped. */
  async processed(activityId: string): Promise<{ readonly state: string; readonly reason: string | null }> {
    return until(`${activityId} is worked off`, async () => {
      const row = await this.db
        .selectFrom('inbox_messages')
        .select(['state', 'dropped_because', 'state_error'])
        .where('activity_id', '=', activityId)
        .executeTakeFirst()
      if (row === undefined || row.state === 'received') return null
      return { state: row.state, reason: row.dropped_because }
    })
  }

  /** A received activity that was tried and is put off. */
  async waitsFor(activityId: string): Promise<Row<'inbox_messages'>> {
    return until(`${activityId} is put off`, async () => {
      const row = await this.db
        .selectFrom('inbox_messages')
        .selectAll()
        .where('activity_id', '=', activityId)
        .executeTakeFirst()
      return row !== undefined && row.state_attempts > 0 && row.state_lock_token === null && row
    })
  }

  /** No worker has anything to do. */
  async quiet(giveUpAfterMs?: number): Promise<void> {
    await until('the workers are done', async () => (await countDue(this.db)) === 0, giveUpAfterMs)
  }

  /** A good post of the friend stands in the timeline: what the hostile cases lack is all that they lack. */
  async control(): Promise<void> {
    this.#controls += 1
    const text = `all is well ${this.#controls}`
    const answer = await this.friend.sends(
      this.target,
      this.friend.create(this.friend.note({ content: text })),
    )
    assert.equal(answer.status, 202, answer.text())
    await this.shows(text)
  }

  /** What each part takes of the machine's memory. */
  async memoryBytes(): Promise<Record<string, number>> {
    const parts = await partsOf(this.home)
    return Object.fromEntries(parts.map(({ name, memoryBytes }) => [name, memoryBytes ?? 0]))
  }

  async shows(text: string): Promise<Json> {
    return until(`"${text}" in the timeline`, async () => this.inTimeline(text))
  }

  async inTimeline(text: string): Promise<Json | undefined> {
    return (await this.owner.homeTimeline()).find((post) => String(post['content']).includes(text))
  }

  /** The owner has been told of somebody's post that names the owner. */
  async isToldOf(text: string): Promise<Json> {
    return until(`a notification of "${text}"`, async () =>
      (await this.owner.list('/api/v1/notifications?types[]=mention')).find((one) =>
        String(one['status']?.['content']).includes(text),
      ),
    )
  }

  /** At the end it still does what it did in the beginning, with the same processes. */
  async #goesOn(): Promise<void> {
    await this.control()
    assert.equal(await pidsOf(this.home), this.#pids, `a process was started again:\n${this.home.output}`)
  }

  async #unchanged(
    status: number | readonly number[],
    send: () => Promise<PeerAnswer>,
    leave: Leave,
  ): Promise<PeerAnswer> {
    await this.quiet()
    const before = await readLedger(this.db)
    const asked = this.#asked()
    const answer = await send()
    assert.ok([status].flat().includes(answer.status), `${answer.status}: ${answer.text()}`)
    this.#compare(before, await readLedger(this.db), leave.tables ?? [])
    this.#comparePaths(asked, leave.asks ?? [])
    return answer
  }

  #compare(before: Ledger, after: Ledger, leave: readonly string[]): void {
    const without = (ledger: Ledger): Ledger =>
      Object.fromEntries(Object.entries(ledger).filter(([table]) => !leave.includes(table)))
    assert.deepEqual(without(after), without(before))
  }

  /** Every request that came to any of the others, server by server. */
  requests(): string[] {
    return this.#peers.flatMap(({ requests, host }) =>
      requests.map(({ method, path }) => `${method} ${host}${path}`),
    )
  }

  /** How many requests came to each of the others. */
  #asked(): number[] {
    return this.#peers.map(({ requests }) => requests.length)
  }

  #comparePaths(before: readonly number[], allowed: readonly string[]): void {
    const asked = this.#peers.flatMap(({ requests, host }, n) =>
      requests.slice(before[n]).map(({ method, path }) => `${method} https://${host}${path}`),
    )
    const surplus = asked.filter((line) => !allowed.some((path) => line.endsWith(path)))
    assert.deepEqual(surplus, [], 'what the home asked of others')
  }
}

/** A database without a schema, on the cluster of the tests. */
export async function emptyDatabase() {
  const cluster = await testCluster()
  const name = uniqueName('home')
  await withClient(cluster, async (client) => client.query(`create database ${name}`))
  return { ...cluster, database: name }
}

/** @returns the file with the authorities that the home shall trust */
export async function trusted(authorities: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-trust-'))
  closeBeforeCluster(async () => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'ca.pem')
  await writeFile(file, authorities.join('\n'))
  return file
}

interface Part {
  readonly name: string
  readonly pid: number | null
  readonly memoryBytes: number | null
}

/** The parts, as the home itself tells of them. */
async function partsOf(home: ProcessHome): Promise<readonly Part[]> {
  const { stdout } = await home.command('status', '--json')
  return (JSON.parse(stdout) as { readonly parts: readonly Part[] }).parts
}

async function pidsOf(home: ProcessHome): Promise<string> {
  return (await partsOf(home)).map(({ name, pid }) => `${name} ${pid}`).join(', ')
}
