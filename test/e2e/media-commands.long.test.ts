/** Uploads and the clean-up from the command line, beside the running home. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ExitCode } from '../../server/contracts/exit-code.ts'
import { adminClient, pourOldPosts } from '../support/poured-posts.ts'
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
  const { place, ...stats } = await run('stats')
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
  assert.deepEqual(await run('sweep', '--dry-run'), found)
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
