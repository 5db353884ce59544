import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type HeardNotice,
  NoticeLog,
  parseNotice,
  placeIn,
} from '../../../../server/http/streaming/notice-log.ts'

const notice = (id: number, ids: readonly string[] = ['7']): HeardNotice => ({
  id: String(id),
  whose: '*',
  offset: 0,
  event: 'update',
  ids,
})

test('a payload is read as it is written, and nothing else is', () => {
  const payload = '12 34 {"event":"update","ids":["5","6"]}'
  assert.deepEqual(parseNotice(payload), {
    id: '12',
    whose: '34',
    offset: 0,
    event: 'update',
    ids: ['5', '6'],
  })
  const bad = [
    '',
    'x',
    '34 {"event":"update","ids":[]}',
    '12 ** {"event":"update","ids":[]}',
    '12 34 {"event":"explode","ids":[]}',
    '12 34 {"event":"update","ids":"5"}',
    '12 34 {"event":"update","ids":[5]}',
    '12 34 {"event":"update"',
    '12 34 null',
  ]
  for (const one of bad) assert.equal(parseNotice(one), null, one)
})

test('what came after a place is told from there on, within a notice too', () => {
  const log = new NoticeLog()
  const first = notice(1, ['a', 'b', 'c'])
  for (const one of [first, notice(3), notice(2)]) log.add(one)
  assert.deepEqual(
    log.after(placeIn(first, 0))?.map(({ id, offset, ids }) => [id, offset, ids]),
    [
      ['1', 1, ['b', 'c']],
      ['3', 0, ['7']],
      ['2', 0, ['7']],
    ],
  )
  const [rest] = log.after(placeIn(first, 0)) ?? []
  assert.ok(rest)
  assert.equal(placeIn(rest, 1), placeIn(first, 2))
  assert.deepEqual(
    log.after(placeIn(first, 2))?.map(({ id }) => id),
    ['3', '2'],
  )
  assert.deepEqual(log.after('2.0'), [])
})

test('an unknown place, or one before something was missed, is answered by nothing', () => {
  const log = new NoticeLog()
  log.add(notice(1))
  for (const place of ['', '9.0', '1', 'x.0', '1.x', '1.99999', `${'1'.repeat(30)}.0`]) {
    assert.equal(log.after(place), null, place)
  }
  log.clear()
  assert.equal(log.after('1.0'), null)
})

test('it holds 2,000 notices, and 20,000 ids', () => {
  const log = new NoticeLog()
  for (let id = 1; id <= 2_001; id += 1) log.add(notice(id))
  assert.equal(log.after('1.0'), null)
  assert.equal(log.after('2.0')?.length, 1_999)
  const many = Array.from({ length: 200 }, (_, index) => String(index))
  for (let id = 3_000; id < 3_100; id += 1) log.add(notice(id, many))
  assert.equal(log.after('2001.0'), null)
  assert.equal(log.after('3000.199')?.length, 99)
})
