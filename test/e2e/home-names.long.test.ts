/** Identities, domains and the search index from the command line, as the owner of a box without a screen adds them. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ExitCode } from '../../server/contracts/exit-code.ts'
import { type ProcessHome, startProcessHome } from '../support/process-home.ts'
import { askListener } from '../support/http-client.ts'
import { until } from '../support/until.ts'

let home: ProcessHome
before(async () => {
  home = await startProcessHome({ domain: 'first.example', handle: 'ana' })
})
after(async () => home?.close())

async function webFinger(handle: string, host: string): Promise<string> {
  const path = `/.well-known/webfinger?resource=${encodeURIComponent(`acct:${handle}`)}`
  const answer = await askListener(home.publicPort, host, path)
  if (answer.status !== 200) return String(answer.status)
  const self = [...(answer.json()['links'] ?? [])].find((link) => String(link['rel']) === 'self')
  return String(self?.['href'])
}

test('a second identity is found by its handle beside the running home', async () => {
  const added = await home.command('identity', 'add', 'ben', '--display-name', 'Ben')
  assert.equal(added.code, ExitCode.ok, added.stderr)
  await until('the running home knows it', async () =>
    /^https:\/\/first\.example\/ap\/actors\/\d+$/.test(await webFinger('ben@first.example', 'first.example')),
  )
})

test('a further domain that another host serves carries identities of its own', async () => {
  assert.equal(
    (await home.command('domain', 'add', 'second.example', '--service-domain', 'social.second.example')).code,
    0,
  )
  assert.equal((await home.command('identity', 'add', 'ana', '--domain', 'second.example')).code, ExitCode.ok)
  await until('the running home knows it', async () =>
    /^https:\/\/social\.second\.example\/ap\/actors\/\d+$/.test(
      await webFinger('ana@second.example', 'social.second.example'),
    ),
  )
  const { stdout } = await home.command('identity', 'list', '--json')
  const { identities } = JSON.parse(stdout) as { identities: Array<{ username: string; domain: string }> }
  assert.deepEqual(
    identities.map(({ username, domain }) => `${username}@${domain}`),
    ['ana@first.example', 'ben@first.example', 'ana@second.example'],
  )
})

test('what the public pages offer is switched beside the running home', async () => {
  const feed = async (): Promise<number> =>
    (await askListener(home.publicPort, 'first.example', '/@ana.rss')).status
  assert.equal(await feed(), 200)
  const shown = await home.command('pages', 'show', 'ana@first.example', '--feeds', 'off')
  assert.match(shown.stdout, /^@ana@first\.example {2}feeds off, search off, counts on, follows off\n$/)
  await until('the feed is gone', async () => (await feed()) === 404)
  assert.equal((await home.command('pages', 'crawlers', '--deny', 'NosyBot')).code, ExitCode.ok)
  await until('the crawler is named', async () =>
    /NosyBot/.test((await askListener(home.publicPort, 'first.example', '/robots.txt')).text()),
  )
  for (const [words, reason] of [
    [['pages', 'show', 'nobody'], /no identity of this home/],
    [['pages', 'show', '--feeds', 'perhaps'], /must be on or off/],
    [['pages', 'crawlers', '--deny', 'a\nAllow: /'], /no name of a crawler/],
  ] as const) {
    const refused = await home.command(...words)
    assert.notEqual(refused.code, ExitCode.ok)
    assert.match(refused.stderr, reason)
  }
})

test('a name that is taken, a bad one and a domain of somebody else are refused with the reason', async () => {
  const refusals = [
    [['identity', 'add', 'ben'], /ben is taken/],
    [['identity', 'add', 'Not A Name!'], /1 to 30/],
    [
      ['identity', 'add', 'cleo', '--domain', 'elsewhere.example'],
      /elsewhere\.example is not a domain of this home/,
    ],
    [['domain', 'add', 'first.example'], /is a domain of this home already/],
  ] as const
  for (const [words, reason] of refusals) {
    const { code, stderr } = await home.command(...words)
    assert.notEqual(code, ExitCode.ok, words.join(' '))
    assert.match(stderr, reason)
  }
})

test('a home that is started for another domain says where it lives and stops', async () => {
  await home.stop()
  const refused = await home.command(
    'serve',
    '--domain',
    'moved.example',
    '--port',
    '0',
    '--private-listen',
    '127.0.0.1:0',
  )
  assert.equal(refused.code, ExitCode.usage)
  assert.match(refused.stderr, /"moved\.example", but this home lives at first\.example/)
  await home.start()
})

test('a list is brought along from the command line, and what it would take away has to be meant', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hb-import-'))
  t.after(async () => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'blocked.csv')
  await writeFile(file, '#domain\nbad.example\nworse.example\nno domain\n')
  const done = await home.command('import', 'domain_blocks', file, '--json')
  assert.equal(done.code, ExitCode.ok, done.stderr)
  const progress = JSON.parse(done.stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>
  assert.deepEqual([progress['state'], progress['done'], progress['failed']], ['finished', 2, 1])
  await writeFile(file, 'worse.example\n')
  const unmeant = await home.command('import', 'domain_blocks', file, '--mode', 'overwrite')
  assert.notEqual(unmeant.code, ExitCode.ok)
  assert.match(unmeant.stderr, /takes away 1 of what is there \(bad\.example\); say --confirm/)
  const looked = await home.command(
    'import',
    'domain_blocks',
    file,
    '--mode',
    'overwrite',
    '--dry-run',
    '--json',
  )
  assert.match(looked.stdout, /"loss":\{"count":1,"named":\["bad\.example"\]\}/)
  const meant = await home.command('import', 'domain_blocks', file, '--mode', 'overwrite', '--confirm')
  assert.match(meant.stdout, /1 done, 0 failed, 0 to go, 1 taken away/)
  for (const [words, reason] of [
    [['follow', file], /"follow" is none of following, blocks/],
    [['blocks', join(folder, 'none.csv')], /none\.csv cannot be read/],
    [['blocks', file, '--mode', 'replace'], /must be merge or overwrite/],
    [['blocks', file], /line 1: "worse\.example" is no handle/],
  ] as const) {
    const { code, stderr } = await home.command('import', ...words)
    assert.notEqual(code, ExitCode.ok)
    assert.match(stderr, reason)
  }
})

test('the index that posts are found by is written anew while the home runs', async () => {
  const { code, stdout, stderr } = await home.command('search', 'rebuild', '--json')
  assert.equal(code, ExitCode.ok, stderr)
  assert.deepEqual(JSON.parse(stdout), { waiting: 0 })
})
