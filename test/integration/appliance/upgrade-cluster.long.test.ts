/** A home whose database is of an older PostgreSQL is brought to that of today, or stays as it was. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { clusterMajors } from '../../../server/appliance/keeping/old-programs.ts'
import {
  type UpgradeNeeds,
  removeMoved,
  upgradeCluster,
} from '../../../server/appliance/keeping/upgrade-cluster.ts'
import { openPostgresCluster } from '../../../server/appliance/postgres-cluster.ts'
import { dataDirAt } from '../../../server/core/data-dir.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { PLAIN_BOX, SecretFolder } from '../../../server/core/secret-box.ts'
import { withClient } from '../../../server/db/connection.ts'
import { copyDatabase } from '../../../server/db/copy-database.ts'
import { afterInReverse } from '../../support/after-in-reverse.ts'
import { launchCommand } from '../../support/serve-process.ts'
import { testDataDir } from '../../support/test-ground.ts'
import { NO_OLD_POSTGRES, OLD_MAJOR, type OldHome, makeOldHome, runtimeOf } from '../../support/old-home.ts'

const FILL = String.raw`
  insert into home_settings (key, value) values ('odd', to_jsonb(E'tab\t, line\n, back\\slash, \u00e4'::text));
  insert into actors (uri, kind, host, username, handle_domain, display_name, inbox_uri, fetched_at)
    select 'https://there.example/' || n, 'Person', 'there.example', 'ana' || n, 'there.example', E'\u00c4na\n' || n,
           'https://there.example/inbox', now() from generate_series(1, 20) as n;
  insert into posts (id, uri, author_id, content_html, content_text, visibility, conversation_id, published_at, fetched_at, state)
    select next_id(), 'https://there.example/posts/' || id || '/' || n, id, repeat('<p>long</p>', n * 40), '\.', 'public', id,
           now(), now(), 'fanned_out' from actors, generate_series(1, 20) as n`

const COUNTS = `select (select count(*) from posts)::int as posts, (select count(*) from actors)::int as actors,
  (select value from home_settings where key = 'odd') as odd, next_id() > (select max(id) from posts) as grows`

const NOW = new Date('2026-11-30T03:00:00Z')
const DAY_MS = 86_400_000

function upgradeOf(
  { dir, secrets, runtime }: Pick<UpgradeNeeds, 'dir' | 'secrets' | 'runtime'>,
  needs: Partial<UpgradeNeeds> = {},
) {
  const said: string[] = []
  const upgrade = () =>
    upgradeCluster({
      dir,
      secrets,
      runtime,
      programs: null,
      now: NOW,
      notice: (_level, message) => void said.push(message),
      copy: async (source, target) => {
        await copyDatabase(source, target, {
          signal: new AbortController().signal,
          progress: () => undefined,
        })
      },
      ...needs,
    })
  return { upgrade, said }
}

const notice = () => undefined

/** A supervisor that dies in the middle of copying: both databases outlive it. */
async function killInTheMiddle({ dir, runtime }: OldHome): Promise<void> {
  const module = (path: string): string =>
    JSON.stringify(new URL(`../../../server/${path}`, import.meta.url).href)
  const program = `
    const { upgradeCluster } = await import(${module('appliance/keeping/upgrade-cluster.ts')})
    const { SecretFolder, PLAIN_BOX } = await import(${module('core/secret-box.ts')})
    const { dir, runtime } = ${JSON.stringify({ dir, runtime })}
    await upgradeCluster({
      dir, runtime, secrets: new SecretFolder(dir.secrets, PLAIN_BOX), programs: null, now: new Date(), notice: () => undefined,
      copy: () => { process.stdout.write('copying'); return new Promise(() => setInterval(() => undefined, 60_000)) },
    })`
  const supervisor = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(supervisor.stdout, 'data')
  supervisor.kill('SIGKILL')
  await once(supervisor, 'exit')
}

test(
  'the rows of an old home are those of the new one, whatever broke off before; the old one stays a week',
  { skip: NO_OLD_POSTGRES },
  async (t) => {
    const home = await makeOldHome(t, FILL)
    const { dir } = home
    const failing = upgradeOf(home, { copy: () => Promise.reject(new Error('no more')) })
    await assert.rejects(failing.upgrade(), /no more/)
    assert.equal(existsSync(join(dir.path, 'incoming')), false)
    assert.deepEqual(clusterMajors(dir), [Number(OLD_MAJOR)])
    await assert.rejects(
      upgradeOf(home, { programs: '/nowhere' }).upgrade(),
      (error: unknown) =>
        isHomebirdError(error, 'DATABASE_UNSUITABLE') && error.message.includes('HOMEBIRD_POSTGRES_PROGRAMS'),
    )
    await killInTheMiddle(home)
    assert.deepEqual(clusterMajors(dir), [Number(OLD_MAJOR)])

    const serving = launchCommand(t, ['serve', '--data-dir', dir.path])
    await serving.untilSaid('Your home runs')
    serving.child.kill('SIGTERM')
    assert.equal((await serving.finished).code, 0)
    assert.match(serving.said(), /the database is brought to the PostgreSQL of this version/)
    assert.equal(existsSync(join(dir.path, 'incoming')), false)
    assert.deepEqual(clusterMajors(dir), [Number(OLD_MAJOR), 18])

    const cluster = await openPostgresCluster({
      ...home,
      runtime: runtimeOf(dir),
      maxConnections: 10,
      notice,
    })
    afterInReverse(t, () => cluster.stop())
    const { rows } = await withClient(cluster.connection, (client) => client.query(COUNTS))
    assert.deepEqual(rows, [{ posts: 400, actors: 20, odd: 'tab\t, line\n, back\\slash, ä', grows: true }])

    const now = Date.now()
    removeMoved(dir, new Date(now + 6.9 * DAY_MS), notice)
    assert.deepEqual(clusterMajors(dir), [Number(OLD_MAJOR), 18])
    removeMoved(dir, new Date(now + 7.1 * DAY_MS), notice)
    assert.deepEqual(clusterMajors(dir), [18])
    assert.equal(existsSync(join(dir.postgres, 'moved.json')), false)
  },
)

test('a cluster of a newer PostgreSQL is left untouched, and said to be one', async (t) => {
  const dir = dataDirAt(testDataDir(t))
  for (const major of ['18', '19']) {
    mkdirSync(join(dir.postgres, major), { recursive: true })
    writeFileSync(join(dir.postgres, major, 'PG_VERSION'), major)
  }
  const secrets = new SecretFolder(dir.secrets, PLAIN_BOX)
  await assert.rejects(
    upgradeOf({ dir, secrets, runtime: { path: dir.path } }).upgrade(),
    (error: unknown) => isHomebirdError(error, 'SCHEMA_NEWER') && error.message.includes('PostgreSQL 19'),
  )
})
