/** The other commands, beside a running home and without one. */
import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { ExitCode } from '../../server/contracts/exit-code.ts'
import { type CommandOptions, launchCommand, runToEnd, serve } from '../support/serve-process.ts'
import { testDataDir } from '../support/test-ground.ts'

function newHome(t: TestContext) {
  const dataDir = testDataDir(t, 'home')
  const passwordFile = (password: string): string => {
    const file = `${dataDir}.password`
    writeFileSync(file, `${password}\n`, { mode: 0o600 })
    return file
  }
  const command = Object.assign(
    (...args: readonly string[]) => runToEnd(t, [...args, '--data-dir', dataDir]),
    {
      with: (options: CommandOptions, ...args: readonly string[]) =>
        runToEnd(t, [...args, '--data-dir', dataDir], options),
    },
  )
  const given = (input: string, ...args: readonly string[]) =>
    runToEnd(t, [...args, '--data-dir', dataDir], { input })
  return { dataDir, passwordFile, command, given }
}

interface ConfigAnswer {
  readonly settings: readonly { readonly variable: string; readonly value: unknown; readonly from: string }[]
}

test('a setting is kept, counted, shown with where it came from, and forgotten', async (t) => {
  const { command } = newHome(t)
  const port = async () => {
    const { stdout } = await command('config', '--json')
    const row = (JSON.parse(stdout) as ConfigAnswer).settings.find(
      ({ variable }) => variable === 'HOMEBIRD_DB_POOL',
    )
    return [row?.value, row?.from]
  }
  assert.deepEqual(await port(), [12, 'default'])
  assert.equal((await command('config', 'set', 'HOMEBIRD_DB_POOL', '7')).code, ExitCode.ok)
  assert.deepEqual(await port(), [7, 'settings store'])
  assert.equal((await command('config', 'unset', 'databasePool')).code, ExitCode.ok)
  assert.deepEqual(await port(), [12, 'default'])
})

test('a bad value, and a setting that does not exist, are refused before the folder is made', async (t) => {
  const { command, dataDir } = newHome(t)
  const bad = await command('config', 'set', 'HOMEBIRD_PORT', '-1')
  assert.equal(bad.code, ExitCode.usage)
  assert.match(bad.stderr, /HOMEBIRD_PORT is "-1", but it must lie between 0 and 65535/)
  assert.equal((await command('config', 'set', 'HOMEBIRD_PROT', '1')).code, ExitCode.usage)
  assert.equal(existsSync(dataDir), false)
})

test('a secret setting comes from the input, is no argument, and is never shown', async (t) => {
  const { command, given, dataDir } = newHome(t)
  const secret = 'postgresql://ana:hunter2@db.example/home'
  const argued = await command('config', 'set', 'HOMEBIRD_DATABASE_URL', secret)
  assert.equal(argued.code, ExitCode.usage)
  assert.match(argued.stderr, /a secret is no argument.*homebird config set databaseUrl < FILE/)
  assert.equal(`${argued.stdout}${argued.stderr}`.includes('hunter2'), false)
  assert.equal((await given('', 'config', 'set', 'databaseUrl')).code, ExitCode.usage)
  assert.equal(existsSync(dataDir), false)
  const kept = await given(`${secret}\n`, 'config', 'set', 'databaseUrl')
  assert.equal(kept.code, ExitCode.ok, kept.stderr)
  assert.equal(`${kept.stdout}${kept.stderr}`.includes('hunter2'), false)
  for (const args of [['config'], ['config', '--json']]) {
    const { stdout } = await command(...args)
    assert.match(stdout, /\(hidden\)/)
    assert.doesNotMatch(stdout, /hunter2/)
  }
})

test('a home is set up without being started, once', async (t) => {
  const { command, passwordFile } = newHome(t)
  const words = ['init', '--handle', '@ana', '--domain', 'home.example', '--json']
  const weak = await command(...words, '--password-file', passwordFile('x'))
  assert.equal(weak.code, ExitCode.failure)
  assert.match(weak.stdout, /must have between 10 and 1024 characters/)
  const given = ['--password-file', passwordFile('a long enough password')]
  const facts = { handle: 'ana', domain: 'home.example' }
  const first = await command(...words, ...given)
  assert.deepEqual(JSON.parse(first.stdout), { setUp: true, ...facts }, first.stderr)
  assert.deepEqual(JSON.parse((await command(...words, ...given)).stdout), { setUp: false, ...facts })
  const names = JSON.parse((await command('identity', 'list', '--json')).stdout) as { identities: object[] }
  assert.equal(names.identities.length, 1)
})

test('a forgotten password is set on the machine, beside the running home and without one', async (t) => {
  const { command, dataDir, passwordFile } = newHome(t)
  const first = passwordFile('the first long password')
  const home = serve(t, dataDir, ['--domain', 'home.example', '--handle', 'ana', '--password-file', first])
  await home.untilSaid('Your home runs.')
  const beside = await command(
    'owner',
    'password',
    '--password-file',
    passwordFile('the second long password'),
  )
  assert.equal(beside.code, ExitCode.ok, beside.stderr)
  const reset = await command('owner', 'reset-2fa', '--json')
  assert.deepEqual([reset.code, JSON.parse(reset.stdout)], [ExitCode.ok, { reset: true }], reset.stderr)
  await seesAccessAndLogs(command)
  home.child.kill('SIGTERM')
  await home.finished
  const without = await command(
    'owner',
    'password',
    '--password-file',
    passwordFile('the third long password'),
  )
  assert.equal(without.code, ExitCode.ok, without.stderr)
  const short = await command('owner', 'password', '--password-file', passwordFile('short'))
  assert.notEqual(short.code, ExitCode.ok)
  assert.match(short.stderr, /at least|between 10/)
})

type Command = ReturnType<typeof newHome>['command']

/** A token for a script, and the lines of a home that runs and of one whose settings are wrong. */
async function seesAccessAndLogs(command: Command): Promise<void> {
  const odd = await command('token', 'create', 'a script', '--scope', 'reed')
  assert.match(odd.stderr, /"reed" is no scope; there are profile, read,/)
  const made = await command('token', 'create', 'a script', '--scope', 'read', 'write:statuses')
  assert.match(made.stdout, /^[\w-]{40,}\n$/, made.stderr)
  const list = await command('token', '--json')
  const { access } = JSON.parse(list.stdout) as { access: readonly { id: string; scopes: string[] }[] }
  const [{ id, scopes } = { id: '', scopes: [] }] = access
  assert.deepEqual(scopes, ['read', 'write:statuses'])
  assert.ok(!list.stdout.includes(made.stdout.trim()))
  assert.equal(
    (await command('token', 'revoke', id)).stdout,
    'a script has no access as @ana@home.example any more\n',
  )
  assert.match(
    (await command('token', 'revoke', id)).stderr,
    /is no app that has access; homebird token list/,
  )
  const logs = await command('logs', '--part', 'worker-0', '--search', 'READY', '--lines', '1')
  assert.match(logs.stdout, /^\S+Z INFO {2}worker \S+ready.*\n$/, logs.stderr)
  assert.match(
    (await command('logs', '--level', 'loud')).stderr,
    /--level is "loud" and must be one of debug,/,
  )
  const wrong = { env: { HOMEBIRD_DB_POOL: 'many' } }
  const among = await command.with(wrong, 'logs', '--search', 'home runs', '--json')
  assert.equal((JSON.parse(among.stdout) as { part: string }).part, 'appliance', among.stderr)
  const bundle = await command.with(wrong, 'help-bundle')
  assert.match(bundle.stdout, /== settings\n.*HOMEBIRD_DB_POOL is "many"/, bundle.stderr)
}

test('what is due is worked off for a while, without a running home', async (t) => {
  const { command, dataDir } = newHome(t)
  const home = serve(t, dataDir)
  await home.untilSaid('Your home runs.')
  home.child.kill('SIGTERM')
  await home.finished
  const { code, stdout, stderr } = await command('stator', 'run', '--for', '200ms', '--json')
  assert.equal(code, ExitCode.ok, stderr)
  assert.equal((JSON.parse(stdout) as { tally: { failed: number } }).tally.failed, 0)
})

test('commands on a folder without a home say so and make none', async (t) => {
  const { command, dataDir, passwordFile } = newHome(t)
  const { code, stderr } = await command(
    'owner',
    'password',
    '--password-file',
    passwordFile('a long password'),
  )
  assert.equal(code, ExitCode.failure)
  assert.match(stderr, /there is no home in .*homebird serve/)
  assert.equal((await command('status')).code, ExitCode.failure)
  assert.equal(existsSync(dataDir), false)
})

test('a status that is watched comes again and again until it is interrupted', async (t) => {
  const { dataDir } = newHome(t)
  const watching = launchCommand(t, ['status', '--watch', '--json', '--data-dir', dataDir])
  await watching.untilSaid(/Stopped[^]*\n[^]*Stopped/)
  watching.child.kill('SIGTERM')
  const { code, stdout } = await watching.finished
  assert.equal(code, ExitCode.failure)
  const states = stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { state: string }).state)
  assert.ok(states.length >= 2 && states.every((state) => state === 'Stopped'))
})
