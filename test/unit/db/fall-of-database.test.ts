/** Why a backup failed: the database that went away, or the place that does not answer. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HomebirdError } from '../../../server/core/errors.ts'
import { asFallOfDatabase } from '../../../server/db/copies/snapshot.ts'

const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' })

test('a database that went away is told as that, however deep the reason lies', () => {
  const ended = Object.assign(new Error('terminating connection'), { code: '57P01', severity: 'FATAL' })
  const away = new HomebirdError('DATABASE_UNREACHABLE', 'no answer', { cause: refused })
  for (const error of [refused, ended, away, new Error('the stream broke', { cause: ended })])
    assert.match(String(asFallOfDatabase(error)), /the database ended or was started again/)
})

test('a place that nobody answers at is told as that, and so is everything else', () => {
  const place = new HomebirdError('UNAVAILABLE', 'nas.example does not answer', { cause: refused })
  const wrapped = new Error('the upload broke', { cause: place })
  for (const error of [place, wrapped, new Error('no space'), 'odd'])
    assert.equal(asFallOfDatabase(error), error)
})
