/** Uploads and the clean-up from the command line, beside the running home. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ExitCode } from '../../server/contracts/exit-code.ts'
import { adminClient, pourOldPosts } from '../support/poured-posts.ts'
import { until } from '../support/until.ts'
import { type ProcessHome, startProcessHome } from '../support/process-home.ts'

let home: ProcessHome
before(async () => {
  home = await startProcessHome({ domain: 'first.example', handle: 'ana' })
})
after(async () => home?.close())

test('what was uploaded is counted, swept and brought elsewhere while the home runs', async () => {
  const nothing = { files: 0, bytes: 0 }
  const run = async (...words: readonly string[]): Promise<Record<string, unknown>> => {
    const { code, stdout, stderr } = await home.command('media', ...words, '--json')
    assert.equal(code, ExitCode.ok, stderr)
    return JSON.parse(stdout) as Record<string, unknown>
  }
  const { place, ...stats } = await run('usage')
  assert.match(String(place), /^folder .*media$/)
  const found = { unnamed: nothing, unknown: nothing }
  assert.deepEqual(stats, {
    isUp: true,
    problem: null,
    all: nothing,
    waiting: nothing,
    missing: nothing,
    ...found,
  })
  assert.deepEqual(await run('prune', '--dry-run'), found)
  assert.deepEqual(await run('sweep'), { noted: 0, uploads: 0, removed: nothing, leftovers: 0 })
  const elsewhere = await mkdtemp(join(tmpdir(), 'homebird-elsewhere-'))
  const copied = await run('copy', '--to', `local://${elsewhere}`)
  await rm(elsewhere, { recursive: true })
  assert.deepEqual(copied, { copied: 0, bytes: 0, present: 0, damaged: [] })
  for (const [words, reason] of [
    [[], /--to or --from/],
    [['--to', 's3://key:hidden@host'], /--to is \(hidden\).*must name a bucket/],
  ] as const) {
    const { code, stderr } = await home.command('media', 'copy', ...words)
    assert.equal(code, ExitCode.usage)
    assert.match(stderr, reason)
  }
})

test('prune looks, takes away, and ends with the code that a script goes on by', async () => {
  const sql = await adminClient(home.dataDir)
  const count = 620
  try {
    await pourOldPosts(sql, count, 'eve')
    const run = async (code: number, ...words: readonly string[]): Promise<Record<string, unknown>> => {
      const answer = await home.command('prune', ...words, '--json')
      assert.equal(answer.code, code, answer.stderr)
      return JSON.parse(answer.stdout) as Record<string, unknown>
    }
    const look = await run(0, 'posts', '--dry-run')
    assert.deepEqual([look['count'], look['dryRun']], [count, true])
    assert.equal((await run(0, 'actors', '--dry-run'))['count'], 0)
    assert.equal((await run(1, 'posts', '--number', '300'))['count'], 300)
    assert.equal((await run(1, 'posts'))['count'], count - 300)
    assert.equal((await run(0, 'posts'))['count'], 0)
    assert.equal((await run(1, 'actors'))['count'], 1)
    assert.deepEqual((await run(0, 'media'))['removed'], { files: 0, bytes: 0 })
    const flawed = await home.command('prune', 'posts', '--number', 'all')
    assert.equal(flawed.code, ExitCode.usage)
    assert.match(flawed.stderr, /"all" is no number/)
    await sql.query(`insert into home_settings (key, value) values ('clean_up', '{"days": 0}')`)
    assert.equal((await run(2, 'posts'))['isOff'], true)
  } finally {
    await sql.end()
  }
})

test('numbers, timelines, profiles and blocked servers are put right from the command line', async () => {
  const run = async (...words: readonly string[]): Promise<Record<string, unknown>> => {
    const { code, stdout, stderr } = await home.command(...words, '--json')
    assert.equal(code, ExitCode.ok, stderr)
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>
  }
  const refused = async (reason: RegExp, ...words: readonly string[]): Promise<void> => {
    const { code, stderr } = await home.command(...words)
    assert.notEqual(code, ExitCode.ok)
    assert.match(stderr, reason)
  }
  const sql = await adminClient(home.dataDir)
  try {
    await pourOldPosts(sql, 3, 'mallory')
    const recounted = await run('cache', 'recount')
    assert.deepEqual(recounted['posts'], { looked: 3, mended: 0 })
    // Poured in without being counted.
    assert.equal((recounted['people'] as { mended: number }).mended, 1)
    assert.deepEqual(await run('timeline', 'rebuild', '--days', '365'), {
      days: 365,
      posts: 3,
      added: 0,
      removed: 0,
    })
    await refused(/--days is "many"/, 'timeline', 'rebuild', '--days', 'many')
    assert.deepEqual(await run('actor', 'refresh', '@mallory@old.example'), { people: 1 })
    assert.deepEqual(await run('actor', 'refresh', '--host', 'old.example'), { people: 1 })
    assert.deepEqual(await run('actor', 'refresh', '--all'), { people: 0 })
    assert.deepEqual(await run('actor', 'refresh', '--host', 'Example'), { people: 1 })
    assert.deepEqual(await run('actor', 'refresh', '--host', 'bücher.example'), { people: 0 })
    await refused(/"a b" is no server/, 'actor', 'refresh', '--host', 'a b')
    await refused(/nobody called x@old.example is known/, 'actor', 'refresh', 'x@old.example')
    await refused(/ana@first.example lives here/, 'actor', 'refresh', 'ana@first.example')
    await refused(/say whom/, 'actor', 'refresh')
    const kept = { domain: 'old.example', people: 1, posts: 3 }
    const look = await run('domain', 'purge', 'old.example', '--dry-run')
    assert.deepEqual(look, { ...kept, isBlocked: false, dryRun: true })
    await refused(/old.example is not blocked.*--block/, 'domain', 'purge', 'old.example')
    await refused(/is a domain of this home/, 'domain', 'purge', 'first.example')
    await refused(
      /nothing was changed: give --yes to delete 1 people of old.example and 3 posts/,
      'domain',
      'purge',
      'old.example',
      '--block',
    )
    assert.equal((await run('domain', 'purge', 'old.example', '--dry-run'))['isBlocked'], false)
    assert.deepEqual(await run('domain', 'purge', 'old.example', '--block', '--yes'), { ...kept, servers: 1 })
    await until('the worker has deleted them', async () => {
      const { rows } = await sql.query<{ posts: number }>('select count(*)::integer as posts from posts')
      return rows[0]?.posts === 0
    })
  } finally {
    await sql.end()
  }
})

test('the pause, other names, moves, backups and what could not be had are told, and changed, by their commands', async () => {
  const run = async (...words: readonly string[]): Promise<Record<string, unknown>> => {
    const { code, stdout, stderr } = await home.command(...words, '--json')
    assert.equal(code, ExitCode.ok, stderr)
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>
  }
  const { paused, until: end } = await run('stator', 'pause', '--for', '2h')
  assert.equal(paused, true)
  assert.ok(Date.parse(String(end)) > Date.now() + 3_600_000)
  assert.deepEqual(await run('stator', 'resume'), { paused: false })
  assert.deepEqual(await run('media', 'refresh', '--host', 'old.example'), { files: 0, emojis: 0 })
  assert.deepEqual(await run('identity', 'alias', 'ana'), { aliases: [] })
  const { movedTo, followersLeft } = await run('identity', 'move', 'ana@first.example')
  assert.deepEqual([movedTo, followersLeft], [null, 0])
  assert.ok('running' in (await run('backup', 'state')))
  assert.ok('cancelled' in (await run('backup', 'cancel')))
  assert.ok(Array.isArray((await run('backup', 'list'))['backups']))
  for (const [words, reason] of [
    [['identity', 'move', 'nobody'], /nobody is no identity of this home/],
    [['stator', 'pause', '--for', 'long'], /"long"/],
    [['media', 'refresh', '--host', 'a b'], /"a b" is no/],
    [['domain', 'publish', 'other.example'], /first\.example/],
    [['secrets', 'renew'], /--confirm/],
  ] as const) {
    const { code, stderr } = await home.command(...words)
    assert.notEqual(code, ExitCode.ok, words.join(' '))
    assert.match(stderr, reason)
  }
})

test('a worker of its own takes the seed system’s flags, and refuses graphs that there are not', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'homebird-liveness-'))
  t.after(async () => rm(folder, { recursive: true }))
  const file = join(folder, 'alive')
  const flags = ['-c', '2', '-s', '5', '-r', '1', '-x', 'posts', '--liveness-file', file]
  const { code, stdout, stderr } = await home.command('stator', ...flags, 'posts', 'hashtags', '--json')
  assert.equal(code, ExitCode.ok, stderr)
  const { graphs } = JSON.parse(stdout) as { graphs: readonly { graph: string }[] }
  assert.deepEqual(
    graphs.map(({ graph }) => graph),
    ['hashtags'],
  )
  assert.ok(Date.now() - Date.parse((await readFile(file, 'utf8')).trim()) < 60_000)
  for (const [words, reason] of [
    [['nonsense'], /"nonsense" is no graph; there are .*hashtags/],
    [['-c', 'many'], /--concurrency is "many" and must be from 1 to 1000/],
    [['-r', '1', '--for', '1s'], /--for and --run-for say the same/],
  ] as const) {
    const answer = await home.command('stator', 'run', ...words)
    assert.equal(answer.code, ExitCode.usage)
    assert.match(answer.stderr, reason)
  }
})
