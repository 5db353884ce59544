/**
 * A whole home whose line falls under its posts, and one with tasks that fail each time they are tried: what waits comes once and
 * counts against nobody, what fails harms only itself, and the owner is told.
 * @see security rules 105 to 107
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { sql } from 'kysely'
import type { RunnerStatus } from '../../server/stator/runner-types.ts'
import type { FakeActor, FakePeer } from '../support/fake-peer.ts'
import { askHome } from '../support/home-parts.ts'
import { PeeredHome } from '../support/peered-home.ts'
import { until } from '../support/until.ts'

const LIMIT_MS = 120_000
const STRANGERS = 4
/** More than one claim of received activities, and than all calls at once. */
const POISONED = 70
/** After so many a task is not tried any more. */
const MOST_ERRORS = 12

let world: PeeredHome
let followers: readonly FakeActor[]
let peers: readonly FakePeer[]

before(async () => {
  world = await PeeredHome.open({ strangers: STRANGERS })
  followers = [world.friend, ...Array.from({ length: STRANGERS }, (_, n) => world.stranger(`fan${n}`))]
  peers = followers.map(({ peer }) => peer as FakePeer)
  for (const fan of followers) {
    ;(fan.peer as FakePeer).meets(world.target)
    await world.takes(fan, fan.follow(world.me.uri))
  }
  await world.quiet()
})

const secondsSince = (startMs: number): string => `${((performance.now() - startMs) / 1_000).toFixed(1)} s`

/** How often each of the posts came to each server, in the order of the servers. */
function arrivals(posts: readonly string[]): number[][] {
  return peers.map(({ sharedInbox }) =>
    posts.map(
      (uri) =>
        sharedInbox.received.filter(
          ({ type, activity }) =>
            type === 'Create' && (activity['object'] as { id?: unknown } | undefined)?.id === uri,
        ).length,
    ),
  )
}

/** What waits for a moment by chance within a minute is due now: what is tested is what happens then. */
async function hasten(table: 'fan_outs' | 'inbox_messages'): Promise<void> {
  await sql`
    update ${sql.table(table)} set state_next_attempt_at = now()
     where state_next_attempt_at > now() and state_lock_token is null`.execute(world.db)
  await world.notifies('stator', table)
}

test('while the line is gone posts are taken and nothing is counted; when it is back each server gets each of them once', async () => {
  const startMs = performance.now()
  for (const peer of peers) peer.cutOff()
  const posts: string[] = []
  for (let post = 1; post <= 10; post += 1)
    posts.push(String((await world.owner.writes(`without a line ${post}`))['uri']))
  await until(
    'the home has found out that it is offline',
    async () => {
      const { rows } = await sql<{ count: number }>`
        select count(*)::int as count from fan_outs where state = 'new' and state_error like '%offline%'`.execute(
        world.db,
      )
      await hasten('fan_outs')
      return (rows[0]?.count ?? 0) > 0
    },
    LIMIT_MS,
  )
  await until(
    'the worker leaves deliveries to others',
    async () => {
      const { details } = await askHome(world.home.dataDir)
      const { graphs } = details['worker-0'] as RunnerStatus
      return graphs.some(({ graph, isPaused }) => graph === 'fan_outs' && isPaused)
    },
    LIMIT_MS,
  )
  posts.push(String((await world.owner.writes('and one more'))['uri']))
  const { rows: waiting } = await sql<{ waiting: number; failed: number }>`
    select count(*) filter (where state = 'new')::int as waiting, count(*) filter (where state = 'failed')::int as failed
      from fan_outs`.execute(world.db)
  for (const peer of peers) peer.joinAgain()
  const joinedMs = performance.now()
  await until(
    'every server has got every post',
    async () => {
      if (
        arrivals(posts)
          .flat()
          .every((times) => times > 0)
      )
        return true
      await hasten('fan_outs')
      return false
    },
    LIMIT_MS,
  )
  await until(
    'no delivery waits',
    async () => {
      const { rows } = await sql`select id from fan_outs where state = 'new' limit 1`.execute(world.db)
      if (rows.length === 0) return true
      await hasten('fan_outs')
      return false
    },
    LIMIT_MS,
  )
  console.log(
    `# rule 106: line gone for ${((joinedMs - startMs) / 1_000).toFixed(1)} s, ${waiting[0]?.waiting} deliveries waited, ${waiting[0]?.failed} failed; all done ${secondsSince(joinedMs)} after it was back`,
  )
  assert.deepEqual(
    arrivals(posts),
    peers.map(() => posts.map(() => 1)),
    'once each',
  )
  assert.ok(peers.every(({ sharedInbox }) => sharedInbox.received.every(({ signature }) => signature.valid)))
  const ill = await sql`select host from peers where failures > 0 or retry_at is not null`.execute(world.db)
  assert.deepEqual(ill.rows, [], 'no server is held to be ill')
  await world.control()
})

test(`${POISONED} received activities that fail each time hold up no other, are put aside after ${MOST_ERRORS} errors and told, and come when they are tried again`, async () => {
  await sql`
    create function refuse_poison() returns trigger language plpgsql as $$
    begin
      if new.content_text like '%poison%' then raise exception 'this row is poisoned'; end if;
      return new;
    end $$`.execute(world.db)
  await sql`create trigger poison before insert on posts for each row execute function refuse_poison()`.execute(
    world.db,
  )
  const sent: string[] = []
  for (let one = 0; one < POISONED; one += 1) {
    const activity = world.friend.create(world.friend.note({ content: `poison ${one}.` }))
    assert.equal((await world.friend.sends(world.target, activity)).status, 202)
    sent.push(activity.id)
  }
  const state = async (): Promise<{ fewest: number; aside: number }> => {
    const { rows } = await sql<{ fewest: number; aside: number }>`
      select min(state_errors)::int as fewest, count(*) filter (where state_next_attempt_at is null)::int as aside
        from inbox_messages where activity_id in (${sql.join(sent)}) and state = 'received'`.execute(world.db)
    return rows[0] ?? { fewest: 0, aside: 0 }
  }
  const waits: number[] = []
  await until(
    'all are put aside',
    async () => {
      const { aside } = await state()
      if (aside === POISONED) return true
      await hasten('inbox_messages')
      const startMs = performance.now()
      if (waits.length < MOST_ERRORS) {
        await world.control()
        waits.push(performance.now() - startMs)
      }
      return false
    },
    LIMIT_MS,
  )
  console.log(
    `# rule 107: beside ${POISONED} poisoned rows a post was visible after ${(Math.max(...waits) / 1_000).toFixed(2)} s at most, of ${waits.length}`,
  )
  assert.equal((await state()).fewest, MOST_ERRORS)
  const page = await world.owner.get('/api/homebird/v1/stator/inbox_messages/quarantine')
  const [row] = [...(page['rows'] ?? [])]
  assert.match(String(row?.['error']), /this row is poisoned/)
  const { totals } = await world.owner.get('/api/homebird/v1/status')
  assert.equal(totals?.['givenUp'], POISONED)

  await sql`drop trigger poison on posts`.execute(world.db)
  await world.owner.call('POST', '/api/homebird/v1/doctor/work/fix')
  await world.shows(`poison ${POISONED - 1}.`)
  await world.quiet()
  const { rows } = await sql<{ posts: number }>`
    select count(*)::int as posts from posts where content_text like 'poison %'`.execute(world.db)
  assert.equal(rows[0]?.posts, POISONED)
})
