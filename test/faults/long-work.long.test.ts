/**
 * The long work of a home is killed in the midst of it: migrations, a backup, a restore, the move to another PostgreSQL. After
 * every kill the home goes on from what it was, or comes to what it was to be: never to something between.
 * @see security rules 99, 116, 117 and 118
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { clusterMajors } from '../../server/appliance/keeping/old-programs.ts'
import { openPostgresCluster } from '../../server/appliance/postgres-cluster.ts'
import { ExitCode } from '../../server/contracts/exit-code.ts'
import { withClient } from '../../server/db/connection.ts'
import { processTree } from '../bench/processes.ts'
import { afterInReverse } from '../support/after-in-reverse.ts'
import { type HomeClient, signedInClient } from '../support/home-client.ts'
import { NO_OLD_POSTGRES, OLD_MAJOR, makeOldHome, runtimeOf } from '../support/old-home.ts'
import { ProcessHome } from '../support/process-home.ts'
import { launchCommand } from '../support/serve-process.ts'
import { testDataDir } from '../support/test-ground.ts'
import { until } from '../support/until.ts'

const LIMIT_MS = 120_000
const NO_PROC = existsSync('/proc/self/cmdline') ? false : 'skipped: no /proc to find processes in'

function homeIn(t: TestContext, dataDir: string, handle: string | null = 'ida'): ProcessHome {
  const home = new ProcessHome({ domain: null, handle, dataDir }, dataDir)
  afterInReverse(t, () => home.close())
  return home
}

/** Starts it, and kills the process that is named when it is time; one that was ready before that is let be. */
async function startsAndIsKilled(
  home: ProcessHome,
  what: string,
  victimNow: () => Promise<number | null> | number | null,
): Promise<void> {
  let isOver = false
  const over = (): void => {
    isOver = true
  }
  const started = home.start().then(over, over)
  const victim = await until(what, async () => (isOver ? 'none' : victimNow()), LIMIT_MS)
  if (victim !== 'none') killIfThere(victim)
  await started
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended: its work was done sooner.
  }
}

/** A process below that one, by its name. */
async function pidBelow(pid: number, name: string): Promise<number | null> {
  for (const each of await processTree(pid)) if (commandOf(each).includes(name)) return each
  return null
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    return '' // it ended meanwhile
  }
}

const hasStep = (home: ProcessHome, step: string): boolean =>
  home.events.some((event) => event.kind === 'step' && event['step'] === step)

async function textsOf(owner: HomeClient): Promise<string[]> {
  return (await owner.homeTimeline()).map(({ content }) => String(content).replace(/<[^>]+>/g, ''))
}

for (const victim of ['homebird migrate', 'postgres'] as const) {
  test(
    `${victim} is killed while the schema is made: the next start makes it whole`,
    { skip: NO_PROC },
    async (t) => {
      const dataDir = testDataDir(t, 'home')
      const home = homeIn(t, dataDir)
      await startsAndIsKilled(home, `the schema is being made by ${victim}`, () =>
        hasStep(home, 'schema') ? pidBelow(home.pid, victim) : null,
      )
      await home.stop()
      await home.start()
      const owner = await signedInClient(home)
      await owner.writes('the schema is whole')
      assert.deepEqual(await textsOf(owner), ['the schema is whole'])
    },
  )
}

test(
  'keeper and supervisor are killed during backups: what was backed up before stands, and the next one is whole',
  { skip: NO_PROC },
  async (t) => {
    const home = homeIn(t, testDataDir(t, 'home'))
    await home.start()
    const owner = await signedInClient(home)
    await owner.writes('before all backups')
    const place = testDataDir(t)
    const backUp = () => home.command('backup', '--to', place)
    const backups = (): string[] => readdirSync(place).filter((name) => name.endsWith('.backup'))
    assert.equal((await backUp()).code, ExitCode.ok)
    const [first = ''] = backups()
    const bytes = readFileSync(join(place, first))
    for (const victim of ['keeper', 'supervisor'] as const) {
      let isOver = false
      const broken = backUp().finally(() => (isOver = true))
      const pid = await until(
        'a keeper works',
        async () => (isOver ? 'none' : pidBelow(home.pid, 'homebird keeper')),
        LIMIT_MS,
      )
      if (victim === 'keeper') {
        if (pid !== 'none') killIfThere(pid)
      } else {
        await home.kill()
        await home.start()
        await owner.signIn()
      }
      // On a machine that stands still it may have come to its end just before.
      await broken
      assert.ok(bytes.equals(readFileSync(join(place, first))))
      await owner.writes(`after the end of the ${victim}`)
    }
    const last = await backUp()
    assert.equal(last.code, ExitCode.ok, last.stdout + last.stderr)
    for (const name of backups()) {
      const verified = await home.command('backup', 'verify', name, '--to', place)
      assert.equal(verified.code, ExitCode.ok, `${name}: ${verified.stdout}${verified.stderr}`)
    }
    assert.equal((await textsOf(owner)).length, 3)
  },
)

test('a restore that is killed at its begin and at its end leaves the home as it was, and the next one brings back the backup', async (t) => {
  const dataDir = testDataDir(t, 'home')
  const home = homeIn(t, dataDir)
  await home.start()
  const owner = await signedInClient(home)
  await owner.writes('before the backup')
  const place = testDataDir(t)
  const words = join(place, 'words')
  writeFileSync(words, 'words of the owner, and some more\n')
  await home.command('backup', 'passphrase', '--passphrase-file', words)
  await home.command('backup', '--to', place, '--whole', '--no-verify')
  await owner.writes('after the backup')
  await home.stop()
  const backup = join(place, readdirSync(place).find((name) => name.endsWith('.backup')) ?? '')
  const restore = () =>
    launchCommand(t, [
      'restore',
      backup,
      '--data-dir',
      dataDir,
      '--passphrase-file',
      words,
      '--yes',
      '--json',
    ])
  for (const step of ['read', 'schema']) {
    const restoring = restore()
    await restoring.untilSaid(`"step":"${step}"`)
    restoring.child.kill('SIGKILL')
    await restoring.finished
    await home.start()
    await owner.signIn()
    const texts = await textsOf(owner)
    // On a machine that stands still it may have come to its end before the hand came down: then it is whole too.
    const isDone = step === 'schema' && texts.length === 1
    const expected = isDone ? ['before the backup'] : ['after the backup', 'before the backup']
    assert.deepEqual(texts, expected, `killed at ${step}`)
    assert.equal(await home.stop(), ExitCode.ok)
  }
  const done = await restore().finished
  assert.equal(done.code, ExitCode.ok, done.stderr)
  await home.start()
  await owner.signIn()
  assert.deepEqual(await textsOf(owner), ['before the backup'])
})

const FILL = `
  insert into actors (uri, kind, host, username, handle_domain, display_name, inbox_uri, fetched_at)
    select 'https://there.example/' || n, 'Person', 'there.example', 'ana' || n, 'there.example', 'Ana', 'https://there.example/inbox', now()
      from generate_series(1, 2000) as n`

test(
  'the move to another PostgreSQL is killed at each of its steps, and comes to its end',
  { skip: NO_OLD_POSTGRES || NO_PROC },
  async (t) => {
    const old = await makeOldHome(t, FILL)
    const { dir } = old
    for (const victim of ['supervisor', 'homebird keeper', 'postgres'] as const) {
      const home = homeIn(t, dir.path, null)
      await startsAndIsKilled(home, `the move has begun, for the end of ${victim}`, async () => {
        if (!hasStep(home, 'upgrade')) return null
        const keeper = await pidBelow(home.pid, 'homebird keeper')
        if (keeper === null) return null
        return victim === 'supervisor' ? home.pid : pidBelow(home.pid, victim)
      })
      await home.stop()
      // Either nothing has changed, or all is done: that of today is never there without its rows.
      if (clusterMajors(dir).includes(18)) break
      assert.deepEqual(clusterMajors(dir), [Number(OLD_MAJOR)], `${victim} was killed`)
    }
    const home = homeIn(t, dir.path, null)
    await home.start()
    assert.equal(await home.stop(), ExitCode.ok)
    assert.deepEqual(clusterMajors(dir), [Number(OLD_MAJOR), 18])
    const cluster = await openPostgresCluster({
      ...old,
      runtime: runtimeOf(dir),
      maxConnections: 10,
      notice: () => undefined,
    })
    afterInReverse(t, () => cluster.stop())
    const { rows } = await withClient(cluster.connection, (client) =>
      client.query('select count(*)::int as actors from actors'),
    )
    assert.deepEqual(rows, [{ actors: 2_000 }])
  },
)
