/** When newer versions are looked for and brought, and what is told of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  FIRST_LOOK_AFTER_MS,
  LOOK_EVERY_MS,
  type UpdateEvent,
  type UpdateMachine,
  actOf,
  afterEvent,
  startMachine,
  stateOf,
} from '../../../../electron/updates/update-machine.ts'

const START = Date.parse('2026-11-01T12:00:00Z')
const NEXT = { version: '1.1.0', notes: 'More.' }

function after(machine: UpdateMachine, at: number, ...events: UpdateEvent[]): UpdateMachine {
  return events.reduce((before, event) => afterEvent(before, event, at, 0.5), machine)
}

const failed: UpdateEvent = { kind: 'failed', message: 'the feed answered 500' }

test('the first look comes soon after the start, the next ones daily', () => {
  const fresh = startMachine(START)
  assert.equal(actOf(fresh, START + FIRST_LOOK_AFTER_MS - 1, false), null)
  assert.equal(actOf(fresh, START + FIRST_LOOK_AFTER_MS, true), 'look')
  const looked = after(fresh, START, { kind: 'checking' }, { kind: 'checked', next: null })
  assert.equal(actOf(looked, START + LOOK_EVERY_MS - 1, false), null)
  assert.equal(actOf(looked, START + LOOK_EVERY_MS, false), 'look')
  assert.equal(stateOf(looked, '1.0.0', ['start']).checkedAt, '2026-11-01T12:00:00.000Z')
  assert.deepEqual(stateOf(looked, '1.0.0', ['start']).waitsFor, [])
})

test('while one thing is done no other is begun', () => {
  const looking = after(startMachine(START), START, { kind: 'asked' }, { kind: 'checking' })
  assert.equal(actOf(looking, START + 1, false), null)
  assert.equal(stateOf(looking, '1.0.0', []).phase, 'checking')
})

test('what was found is brought, but not over a metered line, unless the person asked', () => {
  const found = after(startMachine(START), START, { kind: 'checked', next: NEXT })
  assert.equal(actOf(found, START, false), 'bring')
  assert.equal(actOf(found, START, true), null)
  assert.deepEqual([stateOf(found, '1.0.0', []).phase, stateOf(found, '1.0.0', []).next], ['idle', NEXT])
  assert.equal(actOf(after(found, START, { kind: 'asked' }), START, true), 'bring')
  // A day later it asks what is newest now, and still does not bring it.
  assert.equal(actOf(found, START + LOOK_EVERY_MS, true), 'look')
  assert.equal(
    actOf(after(found, START + LOOK_EVERY_MS, { kind: 'checked', next: NEXT }), START + LOOK_EVERY_MS, true),
    null,
  )
})

test('what is ready stays ready over looks that find the same or fail, and says what it waits for', () => {
  const ready = after(
    startMachine(START),
    START,
    { kind: 'checked', next: NEXT },
    { kind: 'bringing', percent: 40 },
    { kind: 'brought' },
  )
  assert.deepEqual(stateOf(ready, '1.0.0', ['writing']), {
    version: '1.0.0',
    phase: 'ready',
    reason: null,
    checkedAt: '2026-11-01T12:00:00.000Z',
    next: NEXT,
    percent: null,
    waitsFor: ['writing'],
  })
  const again = after(ready, START + LOOK_EVERY_MS, { kind: 'checking' }, { kind: 'checked', next: NEXT })
  assert.equal(stateOf(again, '1.0.0', []).phase, 'ready')
  assert.equal(actOf(again, START + LOOK_EVERY_MS, false), null)
  const unseen = after(ready, START + LOOK_EVERY_MS, { kind: 'checking' }, failed)
  assert.deepEqual([stateOf(unseen, '1.0.0', []).phase, stateOf(unseen, '1.0.0', []).next], ['ready', NEXT])
  const newer = after(again, START + 2 * LOOK_EVERY_MS, {
    kind: 'checked',
    next: { version: '1.2.0', notes: '' },
  })
  assert.equal(actOf(newer, START + 2 * LOOK_EVERY_MS, false), 'bring')
  const lost = after(newer, START, { kind: 'bringing', percent: 1 }, failed)
  assert.deepEqual([stateOf(lost, '1.0.0', []).phase, stateOf(lost, '1.0.0', []).next], ['failed', null])
})

test('failures wait twice as long each time, up to six hours, and say when it is tried again', () => {
  let machine = startMachine(START)
  const waits: number[] = []
  for (let failures = 0; failures < 9; failures += 1) {
    machine = after(machine, START, { kind: 'checking' }, failed)
    waits.push((machine.dueAt - START) / 60_000)
  }
  assert.deepEqual(waits, [5, 10, 20, 40, 80, 160, 320, 360, 360])
  const { phase, reason } = stateOf(machine, '1.0.0', [])
  assert.equal(phase, 'failed')
  assert.equal(reason, 'the feed answered 500. It is tried again after 2026-11-01 18:00 UTC.')
  assert.equal(actOf(machine, machine.dueAt, false), 'look')
  assert.equal(after(machine, START, { kind: 'checked', next: null }).failures, 0)
})

test('a failed download is looked for anew, and percent is told only meanwhile', () => {
  const bringing = after(
    startMachine(START),
    START,
    { kind: 'checked', next: NEXT },
    { kind: 'bringing', percent: 7 },
  )
  assert.deepEqual(
    [stateOf(bringing, '1.0.0', []).phase, stateOf(bringing, '1.0.0', []).percent],
    ['downloading', 7],
  )
  const broken = after(bringing, START, failed)
  assert.deepEqual([broken.wanted, stateOf(broken, '1.0.0', []).percent], [null, null])
})

test('homes do not all ask at the same moment', () => {
  const looked = (chance: number): number =>
    afterEvent(startMachine(START), { kind: 'checked', next: null }, START, chance).dueAt - START
  assert.deepEqual(
    [looked(0), looked(1)].map((wait) => wait / 3_600_000),
    [21.6, 26.4],
  )
})

test('what failed as the last run ended is said at the start', () => {
  assert.match(
    stateOf(startMachine(START, 'no room'), '1.0.0', []).reason ?? '',
    /^no room\. It is tried again/,
  )
})
