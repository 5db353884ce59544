/** What the doctor says of the backups of a home that makes none. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GOOD } from '../../../server/domain/doctor/check.ts'
import { backupsCheck } from '../../../server/http/owner/backup-care.ts'

test('while another computer speaks for the home its backups are not late: none is made', async () => {
  for (const voice of ['silent', 'paused'] as const) {
    const supervision = { voice, keep: () => assert.fail('nobody is asked') }
    const check = backupsCheck({ supervision } as never)
    assert.deepEqual(await check.run({} as never, {} as never), GOOD)
  }
})
