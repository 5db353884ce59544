/** What the owner is told of the backups of a home that makes none here. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GOOD } from '../../../server/domain/doctor/check.ts'
import { BackupLook, backupsCheck } from '../../../server/http/owner/backup-care.ts'

test('while another computer speaks for the home its backups are not late: none is made', async () => {
  for (const voice of ['silent', 'paused'] as const) {
    const supervision = { voice, keep: () => assert.fail('nobody is asked') }
    const check = backupsCheck({ supervision } as never)
    assert.deepEqual(await check.run({} as never, {} as never), GOOD)
  }
})

/** As a server sees a home whose last backup here is old. */
function contextOf(overview: { readonly isFirst: boolean; readonly at: string }): never {
  const old = '2026-11-01T03:00:00.000Z'
  const place = { id: 'own', lastMadeAt: old, lastCheckedAt: old, failures: 2, failure: 'full' }
  const owner = { select: () => ({ executeTakeFirst: async () => ({ created_at: new Date(old) }) }) }
  return {
    supervision: {
      voice: 'speaks',
      keep: async () => ({ places: [place], since: old, running: null, ...overview }),
    },
    db: { selectFrom: () => owner },
    clock: { now: () => new Date('2026-11-30T12:00:00Z'), monotonicMs: () => 0 },
  } as never
}

test('of several machines only the one that makes the backups tells of their trouble', async () => {
  const told = async (isFirst: boolean, at: string) => {
    const context = contextOf({ isFirst, at })
    const finding = await backupsCheck(context).run({} as never, {} as never)
    return [finding?.state ?? null, await new BackupLook(context).trouble()]
  }
  assert.deepEqual(await told(true, '03:00'), ['bad', 'failing'])
  assert.deepEqual(await told(false, '03:00'), [null, null])
  assert.deepEqual(await told(false, 'never'), ['bad', 'failing'], 'those that are made here by hand')
})
