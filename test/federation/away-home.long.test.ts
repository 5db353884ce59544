/** One of two homes is off while the other writes: when it is back, nothing is missing and nothing stands there twice. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { createLogger } from '../../server/core/log.ts'
import { openDatabase } from '../../server/db/pool.ts'
import type { Json } from '../support/http-client.ts'
import { emptyDatabase } from '../support/peered-home.ts'
import { closeBeforeCluster } from '../support/test-database.ts'
import { openTwoHomes } from '../support/two-homes.ts'
import { until } from '../support/until.ts'

const POSTS = 30

test('a home that was off for nine days finds what it missed, and says that it is back', async () => {
  const database = await emptyDatabase()
  const url = `postgresql://${database.user}@/${database.database}?host=${database.host}&port=${database.port}`
  const homes = await openTwoHomes({ firstEnv: { HOMEBIRD_DATABASE_URL: url } })
  closeBeforeCluster(async () => homes[Symbol.asyncDispose]())
  const opened = openDatabase(database, {
    connections: 1,
    applicationName: 'homebird test',
    log: createLogger('test', 'silent'),
  })
  closeBeforeCluster(async () => opened.close())
  const { db } = opened
  const { a, b } = homes
  const ben = await a.owner.find(`@${b.handle}`)
  await a.owner.call('POST', `/api/v1/accounts/${ben['id']}/follow`)
  await until('the follow', async () => (await a.owner.relationship(String(ben['id'])))['following'])
  await b.owner.writes('before the night')
  const isThere = (posts: readonly Json[], text: string): boolean =>
    posts.some((post) => String(post['content']).includes(text))
  await until('the first post', async () => isThere(await a.owner.homeTimeline(), 'before the night'))

  await a.home.stop()
  for (let n = 0; n < POSTS; n += 1) {
    await b.owner.writes(n === 12 ? `@${a.handle} are you there? ${n}` : `while you were away ${n}`)
  }
  await sql`update heartbeats set beat_at = now() - interval '9 days'`.execute(db)
  await b.owner.writes('the last one')
  await a.home.start()
  a.reconnect()
  await a.owner.signIn()

  // What is done after an absence is spread over a minute by chance, and looked after in steps that grow.
  const hasten = async (table: 'absences' | 'outbox_sweeps' | 'fan_outs'): Promise<unknown> =>
    sql`update ${sql.table(table)} set state_next_attempt_at = now()
         where state_locked_until is null and state_next_attempt_at > now() + interval '1 second'`.execute(db)
  const newest = await until(
    'everything is there',
    async () => {
      await hasten('outbox_sweeps')
      const posts = await a.owner.homeTimeline()
      return posts.length === POSTS + 2 && posts
    },
    90_000,
  )
  const texts = newest.map((post) => String(post['content']))
  const expected = Array.from({ length: POSTS }, (_, n) => ` ${n}</p>`)
  for (const ending of ['before the night</p>', ...expected, 'the last one</p>']) {
    assert.equal(texts.filter((text) => text.endsWith(ending)).length, 1, ending)
  }
  // Posts travel with their second: within one the order is that of their arrival.
  const seconds = newest.map((post) => Math.floor(Date.parse(String(post['created_at'])) / 1000))
  assert.deepEqual(
    seconds,
    seconds.toSorted((x, y) => y - x),
  )
  const told = await until('the mention', async () => {
    const all = await a.owner.list('/api/v1/notifications')
    return all.length > 0 && all
  })
  assert.deepEqual(
    told.map((one) => String(one['type'])),
    ['mention'],
  )
  const absence = await until(
    'the peer is greeted',
    async () => {
      await Promise.all([hasten('absences'), hasten('fan_outs')])
      const row = await db.selectFrom('absences').selectAll().executeTakeFirst()
      const left = await db.selectFrom('fan_outs').select('id').where('state', '=', 'new').execute()
      return row?.state === 'caught_up' && left.length === 0 && row
    },
    90_000,
  )
  assert.equal(absence.greeted, 1)
  const sent = await db
    .selectFrom('fan_outs')
    .innerJoin('outbound_activities', 'outbound_activities.id', 'fan_outs.activity_id')
    .select(['fan_outs.state', 'activity_type', 'host'])
    .where('activity_uri', 'like', '%-return-%')
    .execute()
  assert.deepEqual(sent, [{ state: 'sent', activity_type: 'Update', host: 'ben.example' }])
})
