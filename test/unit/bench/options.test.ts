import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readOptions } from '../../bench/options.ts'

test('workloads are named in either way, and a folder by the environment too', async () => {
  const options = await readOptions(['inbox', '--only', 'reads,search', '--quick'], {
    HOMEBIRD_BENCH_CACHE: '/kept',
  })
  assert.deepEqual(options.names, ['inbox', 'reads', 'search'])
  assert.equal(options.isQuick, true)
  assert.equal(options.cache, '/kept')
  assert.equal(options.against, null)
})

test('a run of all ends in time, one of some takes what it takes', async () => {
  assert.equal((await readOptions([], {})).minutes, 25)
  assert.equal((await readOptions(['inbox'], {})).minutes, null)
  assert.equal((await readOptions(['inbox', '--minutes', '5'], {})).minutes, 5)
  await assert.rejects(readOptions(['--minutes', 'soon'], {}), /--minutes "soon" is not a whole number/)
})

test('another program is named by a file that is there', async () => {
  const { program } = await readOptions(['--program', 'package.json'], {})
  assert.match(program ?? '', /^\/.*\/package\.json$/)
  await assert.rejects(
    readOptions(['--program', 'not/there.js'], {}),
    /--program "not\/there\.js" is not there/,
  )
})

test('the token of another server comes from a file or the environment', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hb-options-'))
  t.after(async () => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'token')
  await writeFile(file, 'from a file\n')
  const words = ['--against', 'http://127.0.0.1:3000', '--host', 'a.example', '--pid', '7']
  const { against } = await readOptions([...words, '--token-file', file], {})
  const expected = { url: new URL('http://127.0.0.1:3000'), host: 'a.example', pid: 7, writes: false }
  assert.deepEqual(against, { ...expected, token: 'from a file' })
  const other = await readOptions(words, { HOMEBIRD_BENCH_TOKEN: 'from outside' })
  assert.equal(other.against?.token, 'from outside')
})

test('what cannot be asked is refused with what is missing', async () => {
  const given = { HOMEBIRD_BENCH_TOKEN: 'x' }
  await assert.rejects(
    readOptions(['--against', 'ftp://a.example'], given),
    /"ftp:\/\/a\.example" is not an http/,
  )
  await assert.rejects(
    readOptions(['--against', 'https://a.example'], {}),
    /needs a token: --token-file FILE/,
  )
  const none = ['--against', 'https://a.example', '--pid', '0']
  await assert.rejects(readOptions(none, given), /--pid "0" is not the number of a process/)
  await assert.rejects(readOptions(['--slow'], {}), /--slow/)
})
