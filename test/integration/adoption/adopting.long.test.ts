/** Taking a server over: broken off and gone on with, asked for twice, of a server of several, of an older version. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { loadConfig } from '../../../server/core/config.ts'
import { HomebirdError } from '../../../server/core/errors.ts'
import type { Database } from '../../../server/db/pool.ts'
import { abandonAdoption } from '../../../server/domain/adoption/abandon.ts'
import { setUpHome } from '../../../server/domain/owner/set-up.ts'
import { systemClock } from '../../../server/core/clock.ts'
import { takeOver } from '../../support/adopting.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { newPicture } from '../../support/pictures.ts'
import { type TakaheServer, openTakaheServer } from '../../support/takahe-server.ts'
import { closeBeforeCluster, openTestDatabase } from '../../support/test-database.ts'
import { openTestMedia } from '../../support/test-media.ts'

const { config } = loadConfig({ env: {} })
const peer = await openFakePeer()
closeBeforeCluster(async () => peer.close())
const ana = peer.actor('ana')

async function emptyHome() {
  const { db } = await openTestDatabase()
  return { db, config, ...openTestMedia() }
}

/** What a run leaves, without what differs from run to run. */
async function contents(db: Database): Promise<object> {
  const count = async (
    table: 'posts' | 'actors' | 'follows' | 'mentions' | 'attachments',
  ): Promise<number> => {
    const row = await db
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<string>().as('rows'))
      .executeTakeFirstOrThrow()
    return Number(row.rows)
  }
  const uris = await db
    .selectFrom('posts')
    .select(['uri', 'likes_count', 'replies_count'])
    .orderBy('uri')
    .execute()
  const { taken, left_out: leftOut } = await db.selectFrom('adoption').selectAll().executeTakeFirstOrThrow()
  return {
    uris,
    taken,
    leftOut,
    counts: {
      actors: await count('actors'),
      follows: await count('follows'),
      mentions: await count('mentions'),
      attachments: await count('attachments'),
    },
  }
}

async function busyServer(domain: string): Promise<TakaheServer> {
  const server = await openTakaheServer(domain, null)
  const ben = await server.person(`ben@${domain}`, domain, 'ben')
  const anaId = await server.stranger(ana)
  await server.follow(anaId, ben.id, { uri: `${ana.uri}#follows/${domain}` })
  const picture = server.file('attachments/1.png', newPicture(30, 30))
  await server.query(
    `insert into activities_post (id, author_id, state, local, object_uri, content, in_reply_to, published)
     select 100000 + n, case when n % 2 = 0 then $1 else $2 end::bigint, 'fanned_out', n % 2 = 0,
            case when n % 2 = 0 then $3 || 'posts/' || n || '/' else 'https://peer.example/users/ana/' || $4 || n end,
            '<p>post ' || n || '</p>',
            -- Each answers the next one, which comes later.
            case when n % 2 = 1 then $3 || 'posts/' || n + 1 || '/' end, now() - n * interval '1 hour'
       from generate_series(1, 450) as n`,
    [ben.id, anaId, ben.uri, domain],
  )
  await server.query(
    `insert into activities_postinteraction (id, state, type, identity_id, post_id, object_uri)
     select 900000 + n, 'fanned_out', 'like', $1, 100000 + n * 2, 'https://peer.example/likes/' || $2 || n
       from generate_series(1, 220) as n`,
    [anaId, domain],
  )
  await server.insert('activities_postattachment', {
    post_id: '100002',
    state: 'fetched',
    mimetype: 'image/png',
    file: picture,
  })
  return server
}

test('a run that is broken off after any batch goes on, and leaves what an unbroken one leaves', async () => {
  const server = await busyServer('broken.example')
  const whole = await emptyHome()
  await takeOver(server, whole)
  const home = await emptyHome()
  let runs = 0
  for (let isDone = false; !isDone; runs += 1) {
    const breaking = new AbortController()
    isDone = await takeOver(server, home, {
      signal: breaking.signal,
      onProgress: ({ done }) => {
        if (done > 0) breaking.abort()
      },
    }).then(
      () => true,
      (error: unknown) => {
        assert.equal(breaking.signal.aborted, true, String(error))
        return false
      },
    )
  }
  assert.ok(runs > 10, `${runs} runs`)
  assert.deepEqual(await contents(home.db), await contents(whole.db))
  const linked = await home.db
    .selectFrom('posts')
    .select(({ fn }) => fn.countAll<string>().as('rows'))
    .where('in_reply_to_uri', 'is not', null)
    .where('in_reply_to_id', 'is', null)
    .executeTakeFirstOrThrow()
  assert.equal(linked.rows, '0')
})

test('a home that is half taken over is not set up as another', async () => {
  const server = await busyServer('half.example')
  const home = await emptyHome()
  const breaking = new AbortController()
  await assert.rejects(
    takeOver(server, home, {
      signal: breaking.signal,
      onProgress: ({ done }) => (done > 0 ? breaking.abort() : undefined),
    }),
  )
  const wish = { username: 'eve', displayName: 'Eve', password: 'correct horse battery' }
  const setUp = setUpHome(home.db, { ...wish, domain: 'other.example', serviceDomain: null }, systemClock)
  await assert.rejects(setUp, refusal('CONFLICT', /broken off at "home"; go on with: homebird adopt/))
  await takeOver(server, home)
})

test('what is half taken over is undone, and the home is as empty as before; what is finished is not', async () => {
  const server = await busyServer('undone.example')
  const home = await emptyHome()
  await assert.rejects(abandonAdoption(home.db, new Date()), refusal('NOT_FOUND', /no server/))
  const breaking = new AbortController()
  await assert.rejects(
    takeOver(server, home, {
      signal: breaking.signal,
      onProgress: ({ step }) => (step === 'events' ? breaking.abort() : undefined),
    }),
  )
  assert.notDeepEqual(await rowsOf(home.db), [])
  await abandonAdoption(home.db, new Date())
  assert.deepEqual(await rowsOf(home.db), [])
  await takeOver(await busyServer('other.example'), home)
  await assert.rejects(abandonAdoption(home.db, new Date()), refusal('CONFLICT', /finished/))
})

/** Tables that have rows, but for those that every home has from its first day on, and what is swept later. */
async function rowsOf(db: Database): Promise<string[]> {
  const usual = ['schema_migrations', 'home_settings', 'media_files']
  const tables = await sql<{ name: string }>`
    select relname as name from pg_class
     where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname <> all(${usual}::text[])
     order by relname`.execute(db)
  const found: string[] = []
  for (const { name } of tables.rows) {
    const { rows } = await sql`select 1 from ${sql.table(name)} limit 1`.execute(db)
    if (rows.length > 0) found.push(name)
  }
  return found
}

test('files that were not at hand are taken over by the same command later', async () => {
  const server = await busyServer('files.example')
  const home = await emptyHome()
  const first = await takeOver(server, home, { withoutFiles: true })
  assert.equal(first.leftOut['files_no_files'], 1)
  const second = await takeOver(server, home)
  assert.deepEqual([second.taken['files'], second.leftOut['files_no_files']], [1, undefined])
  const file = await home.db.selectFrom('attachments').select('file_key').executeTakeFirstOrThrow()
  assert.notEqual(file.file_key, null)
  assert.notEqual(await home.media.find(file.file_key ?? ''), null)
})

test('the old database is only read', async () => {
  const server = await busyServer('read.example')
  const digest = async (): Promise<unknown> =>
    server.query(`select md5(string_agg(p::text, '' order by p.id)) as posts from activities_post p`)
  const before = await digest()
  await server.query(`alter database ${server.connection.database} set default_transaction_read_only = on`)
  await takeOver(server, await emptyHome())
  assert.deepEqual(await digest(), before)
})

test('a home that is somebody’s already, or has taken over another server, is left alone', async () => {
  const server = await busyServer('one.example')
  const inhabited = await emptyHome()
  const wish = {
    username: 'ben',
    displayName: 'Ben',
    password: 'correct horse battery',
    domain: null,
    serviceDomain: null,
  }
  await setUpHome(inhabited.db, wish, systemClock)
  await assert.rejects(takeOver(server, inhabited), refusal('CONFLICT', /set up already.*--data-dir/))
  const home = await emptyHome()
  await takeOver(server, home)
  await assert.rejects(takeOver(await busyServer('two.example'), home), refusal('CONFLICT', /another server/))
})

test('of a server of several people one is named, and the others stay behind', async () => {
  const server = await openTakaheServer('many.example', null)
  const ben = await server.person('ben@many.example', 'many.example', 'ben')
  const eve = await server.person('eve@many.example', 'many.example', 'eve')
  await server.post(ben)
  await server.post(eve)
  const home = await emptyHome()
  await assert.rejects(
    takeOver(server, home),
    refusal('CONFLICT', /2 people.*--user.*ben@many\.example \(ben@many\.example\)/),
  )
  await assert.rejects(
    takeOver(server, home, { user: 'x@y.example' }),
    refusal('UNPROCESSABLE', /x@y\.example/),
  )
  const { taken, leftOut } = await takeOver(server, home, { user: 'ben@many.example' })
  assert.deepEqual([taken['identities'], taken['own_posts'], leftOut['posts_of_other_people']], [1, 1, 1])
  const host = await home.db
    .selectFrom('actors')
    .select('uri')
    .where('is_instance_actor', '=', true)
    .executeTakeFirst()
  assert.equal(host?.uri, 'https://many.example/actor/')
})

test('an older version, without what came later, is taken over too', async () => {
  const server = await busyServer('older.example')
  await server.query(`
    alter table users_identity drop column aliases, drop column indexable, drop column featured_collection_uri;
    alter table activities_post drop column language, drop column type_data, drop column type, drop column stats;
    alter table activities_postinteraction drop column value;
    alter table activities_timelineevent drop column dismissed;
    alter table users_follow drop column boosts;
    drop table users_list_members, users_list, users_marker, users_bookmark, users_hashtagfollow, api_token, api_application`)
  const { taken } = await takeOver(server, await emptyHome())
  assert.deepEqual(
    [taken['own_posts'], taken['posts'], taken['followers'], taken['likes']],
    [225, 225, 1, 220],
  )
})

test('what is no such database is refused by what it lacks', async () => {
  const server = await busyServer('none.example')
  await server.query('drop table activities_timelineevent')
  await assert.rejects(
    takeOver(server, await emptyHome()),
    refusal('DATABASE_UNSUITABLE', /no database of a Takahē server.*no table activities_timelineevent/),
  )
})

test('posts and follows that the old server had not sent yet are sent by this one', async () => {
  const server = await openTakaheServer('unsent.example', null)
  const ben = await server.person('ben@unsent.example', 'unsent.example', 'ben')
  const anaId = await server.stranger(ana)
  await server.post(ben, { state: 'new' })
  await server.follow(ben.id, anaId, { state: 'unrequested' })
  const { db, ...home } = await emptyHome()
  await takeOver(server, { db, ...home })
  const post = await db
    .selectFrom('posts')
    .select(['state', 'state_next_attempt_at'])
    .executeTakeFirstOrThrow()
  const follow = await db
    .selectFrom('follows')
    .select(['state', 'state_next_attempt_at'])
    .executeTakeFirstOrThrow()
  assert.deepEqual([post.state, follow.state], ['new', 'unrequested'])
  assert.notEqual(post.state_next_attempt_at, null)
  assert.notEqual(follow.state_next_attempt_at, null)
})

function refusal(code: string, message: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof HomebirdError, String(error))
    assert.equal(error.code, code)
    assert.match(error.message, message)
    return true
  }
}
