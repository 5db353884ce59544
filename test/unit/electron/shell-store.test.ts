/** What the shell keeps for itself outlives it, and damage to it stops nothing. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openShellStore } from '../../../electron/shell/shell-store.ts'

function storePath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'hb-store-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'home', 'shell.json')
}

test('what is set is there in the next run, private to this user', (t) => {
  const path = storePath(t)
  const store = openShellStore(path)
  assert.equal(store.get('place'), undefined)
  store.set('place', { x: 3 })
  store.set('gone', true)
  store.set('gone', undefined)
  const again = openShellStore(path)
  assert.deepEqual(again.get('place'), { x: 3 })
  assert.equal(again.get('gone'), undefined)
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('a damaged file is put aside and told', (t) => {
  const path = storePath(t)
  openShellStore(path).set('a', 1)
  for (const damage of ['{"a":', '[1]', 'null']) {
    writeFileSync(path, damage)
    const noticed: string[] = []
    const store = openShellStore(path, { noticed: (message) => noticed.push(message) })
    assert.equal(store.get('a'), undefined)
    assert.match(noticed.join(), /is damaged/)
    assert.equal(readFileSync(`${path}.damaged`, 'utf8'), damage)
    store.set('a', 2)
    assert.equal(openShellStore(path).get('a'), 2)
  }
})

test('what cannot be written counts until the end, and is told', (t) => {
  const path = storePath(t)
  mkdirSync(path, { recursive: true })
  const noticed: string[] = []
  const store = openShellStore(path, { noticed: (message) => noticed.push(message) })
  store.set('a', 1)
  assert.equal(store.get('a'), 1)
  assert.match(noticed.join(' '), /cannot be read.* cannot be written/)
})
