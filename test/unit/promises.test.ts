import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { PROMISES } from '../support/promises.ts'

const TESTS = join(import.meta.dirname, '..')

for (const [part, promises] of Object.entries(PROMISES)) {
  test(`each promise of ${part} is shown by tests that there are`, () => {
    for (const [promise, proofs] of Object.entries(promises)) {
      assert.ok(proofs.length > 0, `${promise}: nothing shows it`)
      for (const [file, ...names] of proofs) {
        const path = join(TESTS, file)
        assert.ok(existsSync(path), `${promise}: ${file} is not there`)
        const text = readFileSync(path, 'utf8')
        for (const name of names) assert.ok(text.includes(name), `${promise}: ${file} has no test "${name}"`)
      }
    }
  })
}
