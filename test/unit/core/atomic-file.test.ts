/** Small files on a disk that fills up while they are written. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { testDataDir } from '../../support/test-ground.ts'

const MODULE = join(import.meta.dirname, '..', '..', '..', 'server', 'core', 'atomic-file.ts')

test('what fits in part only leaves the old content and nothing beside it', (t) => {
  if (process.platform === 'win32') return t.skip('no limit of the size of files there')
  const folder = testDataDir(t)
  const path = join(folder, 'seal.json')
  writeFileSync(path, 'as it was')
  const program = `
    const { writeFileAtomically } = await import(${JSON.stringify(MODULE)})
    try {
      writeFileAtomically(${JSON.stringify(path)}, 'x'.repeat(100_000), 0o600)
      console.log('written')
    } catch (error) {
      console.log(error.code)
    }`
  // Of the first write the system takes what the limit leaves, without an error.
  const script = `ulimit -f 8; exec "$0" --input-type=module -e "$1"`
  const { stdout, stderr } = spawnSync('sh', ['-c', script, process.execPath, program], { encoding: 'utf8' })
  assert.equal(stdout.trim(), 'EFBIG', stderr)
  assert.equal(readFileSync(path, 'utf8'), 'as it was')
  assert.deepEqual(readdirSync(folder), ['seal.json'])
})
