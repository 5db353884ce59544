/** Which computer speaks, where one home takes the place of another in a folder, and gives it back. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { finishExchange, incomingDir, planExchange } from '../../../server/appliance/copies/change-places.ts'
import { isTaken } from '../../../server/appliance/copies/move-lease.ts'
import type { Lease } from '../../../server/contracts/hand-over.ts'
import { readLease, removeLease, writeLease } from '../../../server/core/lease-file.ts'
import { VERSION } from '../../../server/core/version.ts'
import { type CopiedHome, openCopiedHome } from '../../support/copied-home.ts'

const TAKEN: Lease = {
  phase: 'taken',
  at: '2026-11-30T12:00:00.000Z',
  from: 'old',
  host: '127.0.0.1',
  port: 4182,
  fingerprint: 'ab'.repeat(32),
  ticket: 'a ticket',
}
const GIVEN: Lease = { phase: 'given', at: '2026-11-29T12:00:00.000Z', to: 'old', unconfirmed: null }

/** A home of another computer takes the place of the one that is here. @returns what that one is kept as */
function takesOver(home: CopiedHome, now: Date): string {
  const replaced = restores(home, now, TAKEN)
  assert.deepEqual(readLease(home.dir.path), TAKEN)
  return replaced
}

/** Of each cluster that is made. */
let identifier = 6n

/** What was loaded into a fresh cluster takes the place of the home. @returns what that one is kept as */
function restores({ dir }: CopiedHome, now: Date, lease: Lease | null = null): string {
  const incoming = incomingDir(dir)
  const cluster = join(incoming.postgres, '18')
  for (const folder of [join(cluster, 'global'), join(cluster, 'base', '1'), incoming.secrets])
    mkdirSync(folder, { recursive: true })
  writeFileSync(join(cluster, 'PG_VERSION'), '18\n')
  const control = Buffer.alloc(64)
  control.writeBigUInt64LE((identifier += 1n))
  writeFileSync(join(cluster, 'global', 'pg_control'), control)
  if (lease !== null) writeLease(incoming.path, lease)
  planExchange(dir, { name: 'old', ofVersion: VERSION, from: 'incoming', now })
  const replaced = finishExchange(dir)?.replaced
  assert.ok(replaced !== undefined && replaced !== null)
  return replaced
}

test('a home that spoke speaks when it is taken back, and the one that was silent is so again', async (t) => {
  const home = openCopiedHome(t)
  home.write('info')
  const replaced = takesOver(home, new Date('2026-11-29T10:00:00Z'))
  const back = await home.takeBack(replaced)
  assert.equal(readLease(home.dir.path), null, 'what was noted is of the other home')
  await home.takeBack(back.replaced ?? '')
  assert.deepEqual(readLease(home.dir.path), TAKEN)
})

test('a home that had given the word away before it was replaced does not have it when it is taken back', async (t) => {
  const home = openCopiedHome(t)
  home.write('info')
  writeLease(home.dir.path, GIVEN)
  const replaced = takesOver(home, new Date('2026-11-29T10:00:00Z'))
  await home.takeBack(replaced)
  assert.deepEqual(readLease(home.dir.path), GIVEN)
})

test('a home that was handed over is silent when it is taken back, also into the place of one that speaks: that may be another', async (t) => {
  const home = openCopiedHome(t)
  home.write('info')
  writeLease(home.dir.path, GIVEN)
  const replaced = takesOver(home, new Date('2026-11-29T10:00:00Z'))
  removeLease(home.dir.path)
  await home.takeBack(replaced)
  assert.deepEqual(readLease(home.dir.path), GIVEN)
})

test('an older copy of the same home changes nothing of who speaks', async (t) => {
  for (const lease of [TAKEN, GIVEN]) {
    const home = openCopiedHome(t)
    home.write('info')
    const copy = await home.copyAfter('0.0.1')
    writeLease(home.dir.path, lease)
    await home.takeBack(copy ?? '')
    assert.deepEqual(readLease(home.dir.path), lease)
  }
})

test('a backup that is restored over a home that does not speak yet does not speak either, nor does that home when it is taken back', async (t) => {
  const home = openCopiedHome(t)
  home.write('info')
  assert.equal(isTaken(home.dir.path), false)
  takesOver(home, new Date('2026-11-29T10:00:00Z'))
  assert.equal(isTaken(home.dir.path), true)
  const silent = restores(home, new Date('2026-11-29T11:00:00Z'))
  assert.deepEqual(readLease(home.dir.path), TAKEN)
  await home.takeBack(silent)
  assert.deepEqual(readLease(home.dir.path), TAKEN)
})

test('a backup that is restored over a home that speaks speaks, and over one that was handed over it does not', (t) => {
  for (const lease of [null, GIVEN]) {
    const home = openCopiedHome(t)
    home.write('info')
    if (lease !== null) writeLease(home.dir.path, lease)
    restores(home, new Date('2026-11-29T10:00:00Z'))
    assert.deepEqual(readLease(home.dir.path), lease)
  }
})
