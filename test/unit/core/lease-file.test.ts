import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { LEASE_FILE, readLease, removeLease, writeLease } from '../../../server/core/lease-file.ts'

test('a folder without a lease speaks; one whose lease cannot be read starts nothing', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hb-lease-'))
  t.after(() => rmSync(folder, { recursive: true }))
  assert.equal(readLease(folder), null)
  const lease = { phase: 'given', at: '2026-11-30T12:00:00Z', to: 'box', unconfirmed: null } as const
  writeLease(folder, lease)
  assert.deepEqual(readLease(folder), lease)
  assert.equal(statSync(join(folder, LEASE_FILE)).mode & 0o777, 0o600)
  for (const damaged of ['', '{', '{"phase":"lent"}', 'null']) {
    writeFileSync(join(folder, LEASE_FILE), damaged)
    assert.throws(() => readLease(folder), /hand-over\.json cannot be read/, damaged)
  }
  removeLease(folder)
  removeLease(folder)
  assert.equal(readLease(folder), null)
})
