/** The bench measures a server that it knows by its address and a token only; here that is a home. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import type { BenchResult } from '../bench/report.ts'
import { signedInClient } from '../support/home-client.ts'
import { type ProcessHome, startProcessHome } from '../support/process-home.ts'

const MAIN = join(import.meta.dirname, '..', 'bench', 'main.ts')

let home: ProcessHome
let tokenFile: string

before(async () => {
  home = await startProcessHome({
    domain: 'home.example',
    handle: 'ben',
    env: { HOMEBIRD_API_RATE: '0', HOMEBIRD_INBOX_RATE: '0' },
  })
  const owner = await signedInClient(home)
  await owner.writes('what is read')
  const token = await owner.call('POST', '/api/homebird/v1/apps/tokens', {
    name: 'Bench',
    scopes: ['read', 'write'],
  })
  tokenFile = `${home.dataDir}.token`
  await writeFile(tokenFile, `${String(token['token'])}\n`, { mode: 0o600 })
})

after(async () => {
  await home.close()
  await rm(tokenFile, { force: true })
})

async function bench(...words: readonly string[]): Promise<{ code: number; said: string }> {
  const run = promisify(execFile)(process.execPath, [MAIN, ...words])
  return run.then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    (error: { readonly code: number; readonly stderr: string }) => ({ code: error.code, said: error.stderr }),
  )
}

test('every read answers, is counted with its CPU, and what was posted is gone again', async () => {
  const lines = `${tokenFile}.jsonl`
  const address = `http://127.0.0.1:${home.publicPort}`
  const { code, said } = await bench(
    `--against=${address}`,
    '--host=home.example',
    `--token-file=${tokenFile}`,
    '--quick',
    '--writes',
    `--pid=${home.pid}`,
    `--json=${lines}`,
  )
  assert.equal(code, 0, said)
  const results = (await readFile(lines, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as BenchResult & { readonly node: string })
  await rm(lines)
  assert.deepEqual(
    results.map(({ workload }) => workload),
    [
      'actor',
      'WebFinger',
      'post',
      'profile page',
      'home timeline',
      'notifications',
      'own posts',
      'a post written',
    ],
  )
  for (const { workload, figures, node } of results) {
    assert.equal(node, process.version)
    const { goal, value } = figures['good'] ?? {}
    assert.ok(
      goal === undefined || value === ('atLeast' in goal && goal.atLeast),
      `${workload}: ${value} good answers`,
    )
    assert.ok((figures['CPU each']?.value ?? 0) > 0, workload)
    assert.ok((figures['p50']?.value ?? 0) > 0, workload)
  }
  const owner = await signedInClient(home)
  assert.deepEqual(
    (await owner.homeTimeline()).map((post) => String(post['content']).replace(/<[^>]+>/g, '')),
    ['what is read'],
  )
})
