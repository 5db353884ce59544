/** Servers that are dead for long, and one that failed once by chance. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openOutboundHome } from '../../support/outbound-home.ts'
import { until } from '../../support/until.ts'

const DEAD = ['dead0.example', 'dead1.example', 'dead2.example', 'dead3.example']
/** Of 16 deliveries at once a quarter may go to servers that failed lately. */
const PER_MODEL = 4

test('a server that failed by chance is served while all that are dead for long are being tried', async (t) => {
  const lucky = await openFakePeer(t, { host: 'lucky.example' })
  const silence = Promise.withResolvers<never>()
  silence.promise.catch(() => undefined) // where none was tried
  t.after(() => silence.reject(new Error('it said nothing')))
  let tried = 0
  const onDelivery = (url: string): (() => void) | Promise<() => void> => {
    if (!DEAD.includes(new URL(url).host)) return () => undefined
    tried += 1
    return silence.promise
  }
  const home = await openOutboundHome(t, [lucky], { perModel: PER_MODEL, onDelivery })
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
     union all select 'lucky.example', 1, now(), now() - interval '1 day'`.execute(home.db)

  home.runner.start()
  await home.writes({ text: 'the first' })
  await until('those that are dead are being tried', () => tried >= PER_MODEL - 1, 60_000)
  await home.isFollowedBy(lucky.actor('lu'))
  await home.writes({ text: 'the second' })
  await until('the other has it', () => lucky.sharedInbox.received.length === 1, 60_000)
  assert.equal(tried, PER_MODEL - 1, 'they leave a place')
})
