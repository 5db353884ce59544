/** Servers that are dead for long, one that failed once by chance, and one for which much waits. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { sql } from 'kysely'
import { wakeWorker } from '../../../server/db/transaction.ts'
import { type FakePeer, openFakePeer } from '../../support/fake-peer.ts'
import { openOutboundHome } from '../../support/outbound-home.ts'
import { until } from '../../support/until.ts'

const DEAD = ['dead0.example', 'dead1.example', 'dead2.example', 'dead3.example']
/** Of 16 deliveries at once a quarter may go to servers that failed lately. */
const PER_MODEL = 4
const LIMIT_MS = 60_000

/** Dead servers hold all the places that they may have. */
async function openHeld(t: TestContext, peers: readonly FakePeer[]) {
  const silence = Promise.withResolvers<never>()
  silence.promise.catch(() => undefined) // where none was tried
  t.after(() => silence.reject(new Error('it said nothing')))
  const tried: string[] = []
  const onDelivery = (url: string): (() => void) | Promise<() => void> => {
    const { host } = new URL(url)
    if (!DEAD.includes(host)) return () => undefined
    tried.push(host)
    return silence.promise
  }
  const home = await openOutboundHome(t, peers, { perModel: PER_MODEL, onDelivery })
  await sql`
    insert into actors (uri, host, username, handle_domain, inbox_uri, shared_inbox_uri, followers_uri, fetched_at)
    select 'https://' || host || '/users/dot', host, 'dot', host, 'https://' || host || '/users/dot/inbox',
           'https://' || host || '/inbox', 'https://' || host || '/users/dot/followers', now()
      from unnest(${DEAD}::text[]) as host`.execute(home.db)
  await sql`
    insert into follows (uri, source_id, target_id, state, accepted_at, state_next_attempt_at)
    select uri || '#follow', id, ${home.ana.id}::bigint, 'accepted', now(), null
      from actors where host = any(${DEAD}::text[])`.execute(home.db)
  await sql`
    insert into peers (host, failures, failing_since, last_success_at)
    select host, 9, now() - interval '2 days', now() - interval '3 days' from unnest(${DEAD}::text[]) as host
     union all select 'lucky.example', 1, now(), now() - interval '1 day'
     union all select 'late.example', 9, now() - interval '2 days', null`.execute(home.db)
  home.runner.start()
  await home.writes({ text: 'the first' })
  await until('those that are dead are being tried', () => tried.length >= PER_MODEL - 1, LIMIT_MS)
  return { ...home, tried }
}

test('a server that failed by chance is served while all that are dead for long are being tried', async (t) => {
  const lucky = await openFakePeer(t, { host: 'lucky.example' })
  const home = await openHeld(t, [lucky])
  await home.isFollowedBy(lucky.actor('lu'))
  await home.writes({ text: 'the second' })
  await until('the other has it', () => lucky.sharedInbox.received.length === 1, LIMIT_MS)
  assert.equal(home.tried.length, PER_MODEL - 1, 'they leave a place')
})

test('a dead server that finds no place comes back with one delivery, however many wait for it', async (t) => {
  const { db } = await openHeld(t, [])
  const many = 60
  await sql`
    insert into fan_outs (activity_id, inbox_uri, host, object_uri)
    select first.activity_id, 'https://late.example/inbox/' || n, 'late.example', first.object_uri
      from (select activity_id, object_uri from fan_outs limit 1) as first,
           generate_series(1, ${many}::int) as n`.execute(db)
  await wakeWorker(db, 'fan_outs')
  const count = async (): Promise<{ put_off: number; tried: number }> => {
    const { rows } = await sql<{ put_off: number; tried: number }>`
      select count(*) filter (where state_next_attempt_at > now() + interval '1 hour')::int as put_off,
             coalesce(sum(state_attempts), 0)::int as tried
        from fan_outs where host = 'late.example' and state = 'new'`.execute(db)
    return rows[0] ?? { put_off: 0, tried: 0 }
  }
  // But for the one that asks again, and the next one behind it.
  await until('all others wait for that one', async () => (await count()).put_off === many - 2, LIMIT_MS)
  assert.equal((await count()).tried, 0)
})
