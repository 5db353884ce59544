/** `homebird farewell` beside the running home: looked at, begun, called off, begun for good. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ExitCode } from '../../server/contracts/exit-code.ts'
import type { FarewellFacts } from '../../server/contracts/farewell.ts'
import { type ProcessHome, startProcessHome } from '../support/process-home.ts'
import { until } from '../support/until.ts'

const HANDLE = '@ana@first.example'
const NAME = '/.well-known/webfinger?resource=acct:ana@first.example'

async function facts(home: ProcessHome, ...words: readonly string[]): Promise<FarewellFacts> {
  const { code, stdout, stderr } = await home.command('farewell', ...words, '--json')
  assert.equal(code, ExitCode.ok, stderr + stdout)
  return JSON.parse(stdout) as FarewellFacts
}

test('who lives here leaves by the command alone, and may call it off until it has begun', async (t) => {
  const home = await startProcessHome({ domain: 'first.example', handle: 'ana' })
  t.after(async () => home.close())
  assert.equal((await home.ask(NAME)).status, 200)
  const look = await home.command('farewell')
  assert.match(look.stdout, /@ana@first\.example live here: 0 posts[^]*To begin: homebird farewell @ana@/)
  for (const [words, reason] of [
    [['@eve@first.example'], /is not @ana@first\.example/],
    [[HANDLE, '--in', 'soon'], /--in is "soon" and must be whole hours from 0 to 720/],
    [[HANDLE, '--call-off'], /say either the handle, to leave, or --call-off, to stay/],
    [['--call-off'], /nobody leaves/],
  ] as const) {
    const { code, stderr } = await home.command('farewell', ...words)
    assert.notEqual(code, ExitCode.ok, words.join(' '))
    assert.match(stderr, reason)
  }
  assert.equal((await facts(home, HANDLE)).progress?.phase, 'waiting')
  assert.equal((await facts(home, '--call-off')).progress, null)
  await facts(home, HANDLE, '--in', '0')
  // It looks for its archive every quarter of a minute.
  const hasBegun = async () => (await facts(home)).progress?.phase !== 'waiting'
  await until('it has begun', hasBegun, 120_000)
  const late = await home.command('farewell', '--call-off')
  assert.match(late.stderr, /the farewell is/)
  await until('the name is gone', async () => (await home.ask(NAME)).status !== 200)
})
