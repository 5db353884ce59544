/** What the owner takes along by the command line, beside the running home and without it. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ExitCode } from '../../server/contracts/exit-code.ts'
import { type ProcessHome, startProcessHome } from '../support/process-home.ts'
import { readZip } from '../support/read-zip.ts'

let home: ProcessHome
let folder: string
before(async () => {
  home = await startProcessHome({ domain: 'first.example', handle: 'ana' })
  folder = await mkdtemp(join(tmpdir(), 'homebird-export-'))
})
after(async () => {
  await home?.close()
  await rm(folder, { recursive: true, force: true })
})

test('archive, pages and lists are written to files that are not there yet', async () => {
  const archive = join(folder, 'archive.zip')
  const run = async (...words: readonly string[]): Promise<Record<string, unknown>> => {
    const { code, stdout, stderr } = await home.command('export', ...words, '--json')
    assert.equal(code, ExitCode.ok, stderr)
    return JSON.parse(stdout) as Record<string, unknown>
  }
  const { file, posts, missing } = await run('archive', '--with-keys', '--out', archive)
  assert.deepEqual([file, posts, missing], [archive, 0, []])
  const files = await readZip(await readFile(archive))
  assert.ok(files.has('outbox.json'))
  assert.match(String(files.get('keys.json')), /BEGIN PRIVATE KEY/)
  await run('html', '--out', join(folder, 'pages.zip'))
  assert.ok((await readZip(await readFile(join(folder, 'pages.zip')))).has('index.html'))
  await run('blocks', '--out', join(folder, 'blocks.csv'))
  const shown = await home.command('export', 'following', '--out', '-')
  assert.equal(shown.stdout, 'Account address,Show boosts,Notify on new posts,Languages\n')
  for (const [words, reason] of [
    [['everything'], /"everything" is none of archive, html, following/],
    [['archive', '--out', archive], /is there already; choose another name with --out/],
    [['archive', '--out', join(folder, 'no', 'such.zip')], /does not exist; make it first/],
    [['archive', '--identity', 'nobody', '--out', join(folder, 'x.zip')], /nobody is no identity/],
    [['html', '--with-keys'], /--with-keys goes with archive/],
    [['archive', '--private'], /--private goes with html/],
  ] as const) {
    const { code, stderr } = await home.command('export', ...words)
    assert.equal(code, ExitCode.usage, stderr)
    assert.match(stderr, reason)
  }
})
