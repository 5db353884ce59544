/** The keeper of a real home: started by the supervisor for one job, beside the home that runs, and without one. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createNodeLauncher } from '../../../server/appliance/index.ts'
import { type AskKeeper, withKeeper } from '../../../server/appliance/keeping/with-keeper.ts'
import type { KeeperOrder, KeeperState } from '../../../server/contracts/keeping.ts'
import { CHILD_ENTRIES } from '../../../server/appliance/node-launcher.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { processTree } from '../../bench/processes.ts'
import { openTestAppliance } from '../../support/test-appliance.ts'
import { testDataDir } from '../../support/test-ground.ts'
import { until } from '../../support/until.ts'

/** A net, no expectation. */
const LIMIT_MS = 90_000

/** Of the running home, or a keeper of its own. */
function asker(dataDir: string): <T>(use: (ask: AskKeeper) => Promise<T>) => Promise<T> {
  const sources = {
    env: { XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'], HOMEBIRD_DATA_DIR: dataDir, HOMEBIRD_PORT: '0' },
  }
  return (use) => withKeeper(sources, createNodeLauncher({ env: { PATH: process.env['PATH'] } }), use)
}

const stateOf = async (ask: AskKeeper): Promise<KeeperState> =>
  (await ask({ kind: 'keeping', ask: 'state' })) as KeeperState

async function ended(ask: AskKeeper, order: KeeperOrder): Promise<KeeperState> {
  await ask({ kind: 'keeping', ask: 'start', order })
  return until(
    'the end of a job',
    async () => {
      const state = await stateOf(ask)
      return state.running === null ? state : null
    },
    LIMIT_MS,
  )
}

function openRealHome(t: TestContext): ReturnType<typeof openTestAppliance> {
  return openTestAppliance(t, 'home', { ...CHILD_ENTRIES })
}

test('a home that runs is backed up and proven, a second job is refused meanwhile, and one that does not run too', async (t) => {
  const home = openRealHome(t)
  const withHome = asker(home.dataDir)
  const appliance = await home.start()
  const place = testDataDir(t)
  const order = { task: 'backup', place } as const
  await withHome(async (ask) => {
    await ask({ kind: 'keeping', ask: 'start', order })
    assert.equal(appliance.busyWith(), 'backup')
    await assert.rejects(ask({ kind: 'keeping', ask: 'start', order }), /busy with another job \(backup/)
    const { ended: outcomes } = await until(
      'the end of a backup',
      async () => {
        const state = await stateOf(ask)
        return state.running === null ? state : null
      },
      LIMIT_MS,
    )
    assert.deepEqual(
      outcomes.map(({ task, result, message }) => [task, result, message]),
      [
        ['verify', 'done', null],
        ['backup', 'done', null],
      ],
    )
    assert.equal(outcomes[0]?.subject, readdirSync(place)[0])
  })
  assert.equal(appliance.busyWith(), null)
  await appliance.stop()
  await withHome(async (ask) => {
    const name = readdirSync(place)[0] ?? ''
    const state = await ended(ask, { task: 'verify', place, name })
    assert.deepEqual(
      state.ended.slice(0, 1).map(({ task, result, subject }) => [task, result, subject]),
      [['verify', 'done', name]],
    )
    assert.equal(state.ended.length, 3)
    const failed = await ended(ask, { task: 'verify', place, name: 'homebird-20200101T000000Z.backup' })
    assert.match(failed.ended[0]?.message ?? '', /there is no backup|homebird-20200101T000000Z/)
  })
})

test('a backup that is cancelled, or whose home stops, leaves nothing in its place and says so', async (t) => {
  const home = openRealHome(t)
  const withHome = asker(home.dataDir)
  const appliance = await home.start()
  const place = testDataDir(t)
  await withHome(async (ask) => {
    await ask({ kind: 'keeping', ask: 'start', order: { task: 'backup', place } })
    await ask({ kind: 'keeping', ask: 'cancel' })
    const state = await until(
      'the end of a backup',
      async () => {
        const now = await stateOf(ask)
        return now.running === null ? now : null
      },
      LIMIT_MS,
    )
    assert.equal(state.ended[0]?.result, 'cancelled')
    await ask({ kind: 'keeping', ask: 'start', order: { task: 'backup', place } })
  })
  await appliance.stop()
  assert.deepEqual(
    readdirSync(place).filter((name) => !/\.backup(?:\.media)?$/.test(name)),
    [],
  )
  await withHome(async (ask) => {
    const { ended: outcomes } = await stateOf(ask)
    assert.deepEqual(
      outcomes.filter(({ result }) => result === 'failed'),
      [],
    )
  })
})

const NO_PROC = existsSync('/proc/self/cmdline') ? false : 'skipped: no /proc to find the keeper in'

test(
  'a keeper that is killed in the middle says so, and the backup before it is as it was',
  { skip: NO_PROC },
  async (t) => {
    const home = openRealHome(t)
    const withHome = asker(home.dataDir)
    const appliance = await home.start()
    const place = testDataDir(t)
    await withHome(async (ask) => {
      await ended(ask, { task: 'backup', place, isVerified: false })
      const [before = ''] = readdirSync(place)
      const bytes = readFileSync(join(place, before))
      await ask({ kind: 'keeping', ask: 'start', order: { task: 'backup', place } })
      process.kill(await until('the keeper runs', keeperPid), 'SIGKILL')
      const { ended: outcomes } = await until(
        'the end of a backup',
        async () => {
          const now = await stateOf(ask)
          return now.running === null ? now : null
        },
        LIMIT_MS,
      )
      assert.equal(outcomes[0]?.result, 'failed')
      assert.match(outcomes[0].message ?? '', /SIGKILL/)
      assert.ok(bytes.equals(readFileSync(join(place, before))))
      const again = await ended(ask, { task: 'verify', place, name: before })
      assert.equal(again.ended[0]?.result, 'done')
    })
    assert.equal((await appliance.status()).state, 'Running')
  },
)

/** Of this process, which is the supervisor. */
async function keeperPid(): Promise<number | undefined> {
  const commands = (await processTree(process.pid)).map((pid) => [pid, commandOf(pid)] as const)
  return commands.find(([, command]) => command.includes('homebird keeper'))?.[0]
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    return '' // it ended meanwhile
  }
}

test('words open the backups of a home once they are set, and without a home there is nothing to ask', async (t) => {
  const home = openRealHome(t)
  const withHome = asker(home.dataDir)
  await assert.rejects(
    withHome((ask) => stateOf(ask)),
    (error) => isHomebirdError(error, 'NOT_RUNNING'),
  )
  await home.start()
  await withHome(async (ask) => {
    assert.deepEqual(await ask({ kind: 'keeping', ask: 'locks' }), { passphrase: false, recovery: false })
    const words = 'quite a long passphrase'
    const locked = await ask({ kind: 'keeping', ask: 'lock', by: 'passphrase', words })
    assert.deepEqual(locked, { passphrase: true, recovery: false })
    await assert.rejects(
      ask({ kind: 'keeping', ask: 'lock', by: 'recovery', words: 'ABC' }),
      /has 3 letters and needs at least 32/,
    )
  })
  const path = join(home.dataDir, 'secrets', 'backup-locks.json')
  assert.equal(readdirSync(join(home.dataDir, 'secrets')).includes('backup-key'), true, path)
})
