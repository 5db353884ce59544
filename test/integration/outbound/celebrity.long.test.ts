/**
 * A post of somebody with a thousand followers on two hundred servers, a third of which are dead: they refuse, say
 * nothing, or answer that they are broken. What is counted is who got what, and how many tries the dead ones held at once.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, type Socket, createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { sql } from 'kysely'
import type { Database } from '../../../server/db/pool.ts'
import { OFFLINE_REASON } from '../../../server/domain/fan-outs/after-delivery.ts'
import { cursorOf, listPeers } from '../../../server/domain/peers/list-peers.ts'
import type { Runner } from '../../../server/stator/runner-types.ts'
import { type FakePeer, openFakePeer, reach } from '../../support/fake-peer.ts'
import { openOutboundHome } from '../../support/outbound-home.ts'
import { until } from '../../support/until.ts'

const FOLLOWERS_PER_SERVER = 5
const ALIVE = hostsNamed('alive', 133)
const REFUSING = hostsNamed('refusing', 30)
const SILENT = hostsNamed('silent', 8)
const BROKEN = hostsNamed('broken', 29)
const DEAD = [...REFUSING, ...SILENT, ...BROKEN]
/** Of 16 deliveries at once a quarter may go to servers that failed lately. */
const PER_MODEL = 4
const TROUBLED_AT_ONCE = 4
/** More than an exchange may take in all, so that nothing here depends on how busy the machine is. */
const PATIENCE = { connect: 60, read: 60, write: 60, pool: 60 }
const LIMIT_MS = 120_000
/** Reserved; no service of today listens there. */
const NOBODYS_PORT = 1

function hostsNamed(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, number) => `${name}${number}.example`)
}

async function openPeers(t: TestContext, [host = '', ...otherHosts]: readonly string[]): Promise<FakePeer> {
  return openFakePeer(t, { host, otherHosts })
}

/** Takes connections and says no word, for as long as it holds them. */
class SilentServer {
  readonly #sockets = new Set<Socket>()
  #holds = true
  readonly #server = createServer((socket) => {
    this.#sockets.add(socket.on('error', () => undefined)) // its close says it all
    socket.on('close', () => this.#sockets.delete(socket)).resume()
    if (!this.#holds) socket.destroy()
  })

  /** @returns its address */
  async open(t: TestContext): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    t.after(() => {
      this.letGo()
      this.#server.close()
    })
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  hold(): void {
    this.#holds = true
  }

  letGo(): void {
    this.#holds = false
    for (const socket of this.#sockets) socket.destroy()
  }
}

/** Counts the tries of dead servers: all that ever were, and the most at a time. */
class Tries {
  all = 0
  mostAtOnce = 0
  #going = 0

  readonly begin = (url: string): (() => void) => {
    if (!DEAD.includes(new URL(url).host)) return () => undefined
    this.all += 1
    this.#going += 1
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#going)
    return () => {
      this.#going -= 1
    }
  }
}

async function openWorld(t: TestContext) {
  const silent = new SilentServer()
  const [alive, broken, address] = await Promise.all([
    openPeers(t, ALIVE),
    openPeers(t, BROKEN),
    silent.open(t),
  ])
  broken.inboxAnswer = () => ({ status: 500, body: 'out of order' })
  const { hostAddresses, tlsCa } = reach(alive, broken)
  const all = {
    ...hostAddresses,
    ...Object.fromEntries(REFUSING.map((host) => [host, `127.0.0.1:${NOBODYS_PORT}`])),
    ...Object.fromEntries(SILENT.map((host) => [host, address])),
  }
  const tries = new Tries()
  const home = await openOutboundHome(t, [], {
    onDelivery: tries.begin,
    reach: { hostAddresses: all, tlsCa },
    perModel: PER_MODEL,
    remoteTimeout: PATIENCE,
  })
  await followedFrom(home.db, [...ALIVE, ...DEAD], home.ana.id)
  return { ...home, alive, silent, tries }
}

async function followedFrom(db: Database, hosts: readonly string[], id: string): Promise<void> {
  await sql`
    insert into actors (uri, host, username, handle_domain, inbox_uri, shared_inbox_uri, followers_uri, fetched_at)
    select origin || '/users/fan' || n, host, 'fan' || n, host, origin || '/users/fan' || n || '/inbox', origin || '/inbox',
           origin || '/users/fan' || n || '/followers', now()
      from unnest(${hosts}::text[]) as host, generate_series(1, ${FOLLOWERS_PER_SERVER}::int) as n,
           lateral (select 'https://' || host as origin) as server`.execute(db)
  await sql`
    insert into follows (uri, source_id, target_id, state, accepted_at, state_next_attempt_at)
    select uri || '#follow', id, ${id}::bigint, 'accepted', now(), null from actors where host = any(${hosts}::text[])`.execute(
    db,
  )
}

/** How often each server got the post that says this. */
function arrivals(peer: FakePeer, text: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { activity, request } of peer.sharedInbox.received) {
    const { content } = activity['object'] as { readonly content: string }
    if (content.includes(text)) counts.set(request.host, (counts.get(request.host) ?? 0) + 1)
  }
  return counts
}

interface Scene {
  readonly runner: Runner
  readonly alive: FakePeer
  readonly silent: SilentServer
}

/** All who live have it, and nobody twice, before one of the silent is let go. */
async function allHave({ runner, alive, silent }: Scene, text: string): Promise<void> {
  silent.hold()
  const run = runner.runUntilIdle()
  try {
    const has = (): boolean => arrivals(alive, text).size === ALIVE.length
    await until(`all who live have ${text}`, has, LIMIT_MS)
  } finally {
    silent.letGo()
    await run
  }
  const got = [...arrivals(alive, text)].toSorted(([one], [other]) => (one < other ? -1 : 1))
  assert.deepEqual(
    got,
    ALIVE.toSorted().map((host) => [host, 1]),
  )
}

interface Waiting {
  readonly host: string
  readonly attempts: number
  readonly error: string
}

/** What of a post is not done yet, by the order of hosts. */
async function waitingFor(db: Database, postId: string): Promise<Waiting[]> {
  const { rows } = await sql<Waiting>`
    select fan_outs.host, fan_outs.state_attempts as attempts, coalesce(fan_outs.state_error, '') as error
      from fan_outs join posts on posts.uri = fan_outs.object_uri
     where posts.id = ${postId}::bigint and fan_outs.state = 'new' order by fan_outs.host`.execute(db)
  return rows
}

test('all who live get each post once, and the dead third holds a quarter of the deliveries at most', async (t) => {
  const { db, runner, restarted, writes, hasGoodSignature, alive, silent, tries } = await openWorld(t)
  const first = await writes({ text: 'the first' })
  await allHave({ runner, alive, silent }, 'the first')
  for (const received of alive.sharedInbox.received) assert.ok(await hasGoodSignature(received))

  // Of the dead the owner is told, each with what it is.
  const said = new Map((await waitingFor(db, first.id)).map(({ host, error }) => [host, error]))
  assert.deepEqual([...said.keys()].toSorted(), DEAD.toSorted())
  for (const host of REFUSING) assert.match(said.get(host) ?? '', /ECONNREFUSED/)
  for (const host of SILENT) assert.match(said.get(host) ?? '', /could not be fetched|within \d+ ms/)
  for (const host of BROKEN) assert.match(said.get(host) ?? '', /answered 500: out of order/)
  assert.ok([...said.values()].every((error) => error !== OFFLINE_REASON))
  assert.equal(await countTroubled(db), DEAD.length)

  // By the next post it is known who fails: they share their part, and what finds it taken is no attempt.
  tries.mostAtOnce = 0
  await writes({ text: 'the second' })
  await allHave({ runner, alive, silent }, 'the second')
  assert.ok(tries.mostAtOnce <= TROUBLED_AT_ONCE, `${tries.mostAtOnce} at once`)

  // Once they have failed three times nobody asks them any more, and the next post costs them nothing at all.
  await sql`update peers set failures = 3, retry_at = now() + interval '1 hour' where failures > 0`.execute(
    db,
  )
  const asked = tries.all
  const third = await writes({ text: 'the third' })
  const next = await restarted()
  await allHave({ runner: next, alive, silent }, 'the third')
  assert.equal(tries.all, asked)
  const left = await waitingFor(db, third.id)
  assert.deepEqual(
    left.map(({ host }) => host),
    DEAD.toSorted(),
  )
  assert.ok(left.every(({ attempts }) => attempts === 0))
})

async function countTroubled(db: Database): Promise<number> {
  let [count, after] = [0, '']
  for (;;) {
    const page = await listPeers(db, { onlyTroubled: true, search: '', after }, 40)
    count += page.length
    const last = page.at(-1)
    if (last === undefined) return count
    after = cursorOf(last)
  }
}
