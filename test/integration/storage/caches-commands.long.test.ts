/** `homebird cache` and the caches in `homebird status`, as seen from outside, with and without a running home. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CacheReport } from '../../../server/contracts/caches.ts'
import { startRedis, temporaryFolder, withRedis } from '../../support/cache-servers.ts'
import { RUNS, launchCommand, serve, setUp } from '../../support/serve-process.ts'

test(
  'caches are looked at and emptied while the home runs and while it does not; no password is shown',
  withRedis,
  async (t) => {
    const server = await startRedis({ password: 'hush' })
    const dataDir = temporaryFolder()
    const env = {
      HOMEBIRD_CACHES_AVATARS: `redis://:hush@127.0.0.1:${server.port}`,
      HOMEBIRD_LOG_LEVEL: 'debug',
    }
    const runIn = async (vars: Readonly<Record<string, string>>, ...args: string[]) =>
      launchCommand(t, [...args, '--data-dir', dataDir], { env: vars }).finished
    const run = async (...args: string[]) => runIn(env, ...args)
    // As in another terminal than that of the home.
    const elsewhere = async (...args: string[]) => runIn({}, ...args)
    const stopped = await run('cache', 'stats', '--json')
    const { caches } = JSON.parse(stopped.stdout) as CacheReport
    assert.deepEqual(
      caches.map(({ name, scheme, isUp, items }) => [name, scheme, isUp, items]),
      [
        ['default', 'locmem', true, 0],
        ['media', 'file', true, 0],
        ['avatars', 'redis', true, 0],
      ],
    )
    assert.equal((await run('cache', 'clear')).code, 0)
    const unknown = await run('cache', 'clear', 'pages')
    assert.deepEqual(
      [unknown.code, unknown.stderr],
      [2, 'homebird: pages is no cache; there are default, media, avatars\n'],
    )
    const home = serve(t, dataDir, setUp(dataDir), { env })
    await home.untilSaid(RUNS)
    const status = await run('status', '--json')
    assert.deepEqual(
      (JSON.parse(status.stdout) as CacheReport).caches.map(({ name }) => name),
      ['default', 'media', 'avatars'],
    )
    for (const asked of [run, elsewhere]) {
      assert.match((await asked('status')).stdout, /cache avatars +redis/)
      assert.match((await asked('cache', 'stats')).stdout, /cache avatars +redis/)
      assert.match((await asked('cache', 'clear', 'default')).stdout, /^default: emptied\n$/)
    }
    assert.match((await elsewhere('cache', 'clear', 'avatars')).stdout, /^avatars: emptied of 0 items\n$/)
    await server.kill()
    const away = await elsewhere('cache', 'clear', 'avatars')
    assert.notEqual(away.code, 0)
    assert.match(away.stderr, /the store of the avatars cache \(redis\) does not answer; it was not emptied/)
    const said = [home.said(), (await run('config')).stdout, away.stderr, status.stdout].join('\n')
    assert.doesNotMatch(said, /hush/)
    home.child.kill('SIGTERM')
    assert.equal((await home.finished).code, 0)
  },
)
