/** What launchers start is there. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'
import { CHILD_ENTRIES } from '../../../server/appliance/index.ts'

test('each role has an entry file, which ends as this program’s files do', () => {
  for (const [role, path] of Object.entries(CHILD_ENTRIES)) assert.ok(existsSync(path), `${role}: ${path}`)
  assert.equal(basename(CHILD_ENTRIES.server), 'main.ts')
})
