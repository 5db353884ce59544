import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dateFormat, inRegion, numberFormat } from '../../../../renderer/formatting/formatters.ts'

test('a writer is made once for a language and a look', () => {
  assert.equal(dateFormat('de', { dateStyle: 'full' }), dateFormat('de', { dateStyle: 'full' }))
  assert.notEqual(dateFormat('de', { dateStyle: 'full' }), dateFormat('en', { dateStyle: 'full' }))
  assert.notEqual(dateFormat('de', { dateStyle: 'full' }), dateFormat('de', { dateStyle: 'short' }))
  assert.equal(numberFormat('ar', {}), numberFormat('ar', {}))
})

test('after a journey moments are written in the time zone of the place', (t) => {
  const { TZ } = process.env
  t.after(() => {
    if (TZ === undefined) delete process.env['TZ']
    else process.env['TZ'] = TZ
  })
  const moment = new Date('2026-07-01T12:00:00Z')
  const written = ['Europe/Berlin', 'Asia/Tokyo'].map((zone) => {
    process.env['TZ'] = zone
    return dateFormat('de', { timeStyle: 'short' }).format(moment)
  })
  assert.deepEqual(written, ['14:00', '21:00'])
})

test('moments are written as in the region of the reader, in the digits and years of the window', () => {
  assert.equal(inRegion('en', ['de-DE', 'en-GB', 'en-US']), 'en-GB')
  assert.equal(inRegion('de', ['en-GB', 'de']), 'de')
  assert.equal(inRegion('de', ['en-GB']), 'de')
  assert.equal(inRegion('en', []), 'en')
  // Other digits; other years.
  assert.equal(inRegion('ar', ['ar-EG']), 'ar')
  assert.equal(inRegion('en', ['en-u-ca-buddhist']), 'en')
})

test('what a browser asks for and is no language at all changes nothing', () => {
  assert.equal(inRegion('en', ['en-US@posix']), 'en')
  assert.equal(inRegion('de', ['en-US@posix', 'de-AT']), 'de-AT')
})
