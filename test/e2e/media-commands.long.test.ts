/** Uploads from the command line, beside the running home. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ExitCode } from '../../server/contracts/exit-code.ts'
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
