/**
 * Starts that go wrong: two at once, and kills at each step of the first start, the making of the database and its migrations
 * among them.
 * @see security rules 99, 101, 102 and 116
 */
import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ExitCode } from '../../server/contracts/exit-code.ts'
import { afterInReverse } from '../support/after-in-reverse.ts'
import { signedInClient } from '../support/home-client.ts'
import { ProcessHome, runCommand } from '../support/process-home.ts'
import { until } from '../support/until.ts'

async function openFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-starts-'))
  // Where root starts the home, the user of the database must get through.
  await chmod(folder, 0o755)
  afterInReverse(t, () => rm(folder, { recursive: true, force: true }))
  return join(folder, 'home')
}

function homeIn(t: TestContext, dataDir: string): ProcessHome {
  const home = new ProcessHome({ domain: null, handle: 'hal', dataDir }, dataDir)
  afterInReverse(t, () => home.close())
  return home
}

test('of two starts at once on one folder one runs, and the other ends with its code and writes nothing', async (t) => {
  const dataDir = await openFolder(t)
  const homes = [homeIn(t, dataDir), homeIn(t, dataDir)]
  const starts = await Promise.allSettled(homes.map((home) => home.start()))
  const refusals = starts.flatMap((start) => (start.status === 'rejected' ? [String(start.reason)] : []))
  assert.equal(refusals.length, 1, refusals.join('\n'))
  assert.match(refusals[0] ?? '', new RegExp(`ended with ${ExitCode.dataDirLocked} `))
  const running = homes.find((_, index) => starts[index]?.status === 'fulfilled')
  assert.ok(running)
  const startMs = performance.now()
  const third = await runCommand(['serve', '--data-dir', dataDir], { HOMEBIRD_PORT: '0' })
  console.log(
    `# rule 102: a start on a folder that is taken ends after ${((performance.now() - startMs) / 1_000).toFixed(1)} s (at most 3 s)`,
  )
  assert.equal(third.code, ExitCode.dataDirLocked, third.stderr)
  const owner = await signedInClient(running)
  assert.ok((await owner.writes('still here'))['id'])
})

test('a first start that is killed at each of its steps ends in a home that is whole', async (t) => {
  const dataDir = await openFolder(t)
  const steps = ['check', 'database', 'schema', 'parts'] as const
  for (const step of steps) {
    const home = homeIn(t, dataDir)
    const started = home.start().then(
      () => 'ready',
      () => 'ended',
    )
    const arrives = until(
      `the start comes to ${step}`,
      () => home.events.some((event) => event.kind === 'step' && event['step'] === step),
      60_000,
    )
    // One that ends before is told with its words.
    const ended = started.then((how) =>
      how === 'ended' ? assert.fail(`no ${step}: ${home.output}`) : arrives,
    )
    await Promise.race([arrives, ended])
    await home.kill()
    // Of the last step it may have been ready when the hand came down.
    if (step !== 'parts') assert.equal(await started, 'ended', `killed at ${step}`)
  }
  const home = homeIn(t, dataDir)
  await home.start()
  const owner = await signedInClient(home)
  const { id } = await owner.writes('after four kills')
  assert.equal(await home.stop(), ExitCode.ok)
  await home.start()
  await owner.signIn()
  assert.ok((await owner.homeTimeline()).some((post) => post['id'] === id))
})
