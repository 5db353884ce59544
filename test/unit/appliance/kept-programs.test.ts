/** The programs of the database are kept beside the cluster, for a Homebird that brings others. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { findOldPrograms } from '../../../server/appliance/keeping/old-programs.ts'
import { POSTGRES_MAJOR, keepPrograms } from '../../../server/appliance/postgres-binaries.ts'
import { createDataDir, createRooms } from '../../../server/core/data-dir.ts'
import { testDataDir } from '../../support/test-ground.ts'

test('they are kept once, instead of earlier ones of the same version, and are found by it', async (t) => {
  const dir = createDataDir(testDataDir(t))
  createRooms(dir)
  for (const name of ['programs-18.0.1', 'programs-17.4.0']) {
    mkdirSync(join(dir.postgres, name, 'bin'), { recursive: true })
    writeFileSync(join(dir.postgres, name, 'bin', 'postgres'), '')
  }
  await keepPrograms(dir)
  const kept = readdirSync(dir.postgres).filter((name) => name.startsWith('programs-18.'))
  assert.equal(kept.length, 1)
  assert.notEqual(kept[0], 'programs-18.0.1')
  assert.ok(readdirSync(dir.postgres).includes('programs-17.4.0'))
  await keepPrograms(dir)
  const found = await findOldPrograms({ dir, major: POSTGRES_MAJOR, named: null, account: null })
  assert.equal(found.postgres, join(dir.postgres, kept[0] ?? '', 'bin', 'postgres'))
})
