import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '../../../../server/core/clock.ts'
import { OfflineGuard } from '../../../../server/domain/fan-outs/offline-guard.ts'

class TestClock implements Clock {
  #ms = 0
  #asleepMs = 0

  now(): Date {
    return new Date(1_700_000_000_000 + this.#ms + this.#asleepMs)
  }

  monotonicMs(): number {
    return this.#ms
  }

  pass(seconds: number): void {
    this.#ms += seconds * 1000
  }

  sleep(seconds: number): void {
    this.#asleepMs += seconds * 1000
  }
}

function openGuard() {
  const clock = new TestClock()
  const guard = new OfflineGuard(clock, () => 0.5)
  /** A try that began just now, of `<name>.example`. */
  const silent = (name: string, wasFine = true, sinceMs = clock.monotonicMs()): boolean =>
    guard.silent({ host: `${name}.example`, wasFine, sinceMs })
  const falls = (): void => {
    for (const name of ['a', 'b', 'c']) silent(name)
  }
  return { guard, clock, silent, falls }
}

test('one or two silent servers are their own trouble, the third in a row is ours', () => {
  const { guard, silent } = openGuard()
  assert.equal(silent('a'), false)
  assert.equal(silent('a'), false)
  assert.equal(silent('b'), false)
  assert.equal(guard.isOffline, false)
  assert.equal(silent('c'), true)
  assert.equal(guard.isOffline, true)
})

test('an answer in between proves the line, and servers that were silent before prove nothing', () => {
  const { guard, silent } = openGuard()
  silent('a')
  silent('b')
  assert.equal(guard.answered(), false)
  assert.equal(silent('c'), false)
  for (const host of ['d', 'e', 'f', 'g']) assert.equal(silent(host, false), false)
})

test('for how long deliveries are left to other machines is told, and that it is over', async () => {
  const { guard, clock, silent, falls } = openGuard()
  const rests: number[] = []
  guard.follow((ms) => void rests.push(ms))
  guard.answered()
  guard.mayBeBack()
  assert.deepEqual(rests, [], 'nothing rests')
  falls()
  assert.deepEqual(rests, [15_000])
  clock.pass(15)
  const probe = await guard.enter('a.example')
  silent('a')
  assert.ok(probe.kind === 'go')
  probe.leave()
  assert.deepEqual(rests, [15_000, 30_000])
  guard.mayBeBack()
  assert.deepEqual(rests.splice(0), [15_000, 30_000, 0], 'on another network the probe goes at once')
  guard.answered()
  assert.deepEqual(rests, [0])
})

test('while the line is down one probe goes at a time, ever more rarely, and everything else waits', async () => {
  const { guard, clock, silent, falls } = openGuard()
  falls()
  const early = await guard.enter('a.example')
  assert.ok(early.kind === 'wait')
  assert.equal(early.afterSeconds, 15 + 30)

  clock.pass(16)
  const probe = await guard.enter('a.example')
  assert.ok(probe.kind === 'go')
  assert.equal((await guard.enter('b.example')).kind, 'wait')
  assert.equal(silent('a', false), true)
  probe.leave()
  const later = await guard.enter('a.example')
  assert.ok(later.kind === 'wait')
  assert.equal(later.afterSeconds, 30 + 30)
})

test('a probe that ends without a word lets the next one go', async () => {
  const { guard, clock, falls } = openGuard()
  falls()
  clock.pass(16)
  const interrupted = await guard.enter('a.example')
  assert.ok(interrupted.kind === 'go')
  interrupted.leave()
  assert.equal((await guard.enter('b.example')).kind, 'go')
})

test('after the line is back eight go at once and two to one server, until a minute has passed', async () => {
  const { guard, clock, falls } = openGuard()
  falls()
  clock.pass(16)
  const probe = await guard.enter('a.example')
  assert.ok(probe.kind === 'go')
  assert.equal(guard.answered(), true)
  probe.leave()

  const entered: Array<() => void> = []
  const enter = async (host: string): Promise<void> => {
    const admission = await guard.enter(host)
    if (admission.kind === 'go') entered.push(admission.leave)
  }
  const toOne = ['a', 'a', 'a'].map(async (host) => enter(`${host}.example`))
  const toMany = Array.from({ length: 10 }, async (_, index) => enter(`h${index}.example`))
  await Promise.all(toOne.slice(0, 2))
  await Promise.all(toMany.slice(0, 6))
  assert.equal(entered.length, 8)
  entered.shift()?.()
  await toOne[2]
  assert.equal(entered.length, 8)
  clock.pass(61)
  entered.shift()?.()
  await Promise.all([...toOne, ...toMany])
  assert.equal(entered.length, 11)
})

test('a machine that slept begins gently', async () => {
  const { guard, clock } = openGuard()
  await guard.enter('a.example')
  clock.sleep(3_600)
  await guard.enter('a.example')
  let isIn = false
  const third = guard.enter('a.example').then(() => {
    isIn = true
  })
  const other = await guard.enter('b.example')
  assert.equal(isIn, false)
  clock.pass(61)
  assert.ok(other.kind === 'go')
  other.leave()
  await third
})

test('on another network the next to ask is the probe, and does not wait for its time', async () => {
  const { guard, falls } = openGuard()
  falls()
  assert.equal((await guard.enter('a.example')).kind, 'wait')
  guard.mayBeBack()
  assert.equal((await guard.enter('a.example')).kind, 'go')
  assert.equal((await guard.enter('b.example')).kind, 'wait')
  assert.equal(guard.answered(), true)
  guard.mayBeBack()
  assert.equal(guard.isOffline, false)
})

test('who was answered by others while it was tried is silent by itself, however many of them there are', () => {
  const { guard, clock, silent } = openGuard()
  const beganMs = clock.monotonicMs()
  clock.pass(1)
  guard.answered()
  clock.pass(4)
  for (const name of ['a', 'b', 'c', 'd', 'e']) assert.equal(silent(name, true, beganMs), false)
  for (const name of ['f', 'g']) assert.equal(silent(name), false)
  assert.equal(silent('h'), true)
})

test('servers that fell silent one by one over a long time are no fault of the line', () => {
  const { clock, silent } = openGuard()
  for (const name of ['a', 'b', 'c', 'd']) {
    assert.equal(silent(name), false)
    clock.pass(61)
  }
  clock.pass(121)
  assert.equal(silent('e'), false)
  assert.equal(silent('f'), false)
  assert.equal(silent('g'), true)
})
