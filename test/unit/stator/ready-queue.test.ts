import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StateRow, Task } from '../../../server/stator/claim.ts'
import { callsAllowed } from '../../../server/stator/lane.ts'
import { type Priority, ReadyQueue, type Unit } from '../../../server/stator/ready-queue.ts'

let order = 0

function unit(host: string | null, priority: Priority = 1): Unit {
  order += 1
  const task: Task = { key: `${order}`, token: '', host: host ?? '', row: {} as StateRow, leasedAtMs: 0 }
  return {
    tasks: [task],
    rows: 1,
    state: 'new',
    priority,
    order,
    host,
    isSuspect: false,
    controller: new AbortController(),
    startedAtMs: null,
    isSettled: false,
  }
}

/** Takes everything that may run. */
function takeAll(queue: ReadyQueue, isHostFull: (host: string) => boolean = () => false): Unit[] {
  const taken: Unit[] = []
  for (;;) {
    const next = queue.peek(0, isHostFull) ?? queue.peek(1, isHostFull)
    if (next === undefined) return taken
    queue.take(next)
    taken.push(next)
  }
}

test("the owner's own work comes first, then what came first", () => {
  const queue = new ReadyQueue()
  const [a, b, own] = [unit(null), unit(null), unit(null, 0)]
  for (const one of [a, b, own]) queue.add(one)
  assert.equal(queue.rows, 3)
  assert.deepEqual(takeAll(queue), [own, a, b])
  assert.equal(queue.rows, 0)
})

test('a host at its bound holds up nobody, and goes on when a call of it ends', () => {
  const queue = new ReadyQueue()
  const [slow1, slow2, other] = [unit('slow'), unit('slow'), unit('other')]
  for (const one of [slow1, slow2, other]) queue.add(one)
  const isFull = (host: string): boolean => host === 'slow'
  assert.deepEqual(takeAll(queue, isFull), [other])
  assert.equal(queue.rows, 0)
  queue.unpark('slow')
  assert.equal(queue.rows, 1)
  assert.deepEqual(takeAll(queue), [slow1])
  queue.unpark('slow')
  assert.deepEqual(takeAll(queue), [slow2])
})

test('of what waits for a host the own work goes first', () => {
  const queue = new ReadyQueue()
  const [theirs, own] = [unit('slow', 1), unit('slow', 0)]
  queue.add(theirs)
  queue.add(own)
  assert.deepEqual(
    takeAll(queue, () => true),
    [],
  )
  queue.unpark('slow')
  assert.deepEqual(takeAll(queue), [own])
})

test('emptying the queue gives back what was set aside too', () => {
  const queue = new ReadyQueue()
  const units = [unit('a'), unit('b', 0), unit('a')]
  for (const one of units) queue.add(one)
  takeAll(queue, () => true)
  assert.deepEqual(new Set(queue.drain()), new Set(units))
  assert.equal(queue.rows, 0)
  assert.deepEqual(takeAll(queue), [])
})

test("a part of the calls is kept for the owner's own work", () => {
  assert.deepEqual([callsAllowed(20, 0), callsAllowed(20, 1)], [20, 18])
  assert.deepEqual([callsAllowed(4, 0), callsAllowed(4, 1)], [4, 3])
  assert.deepEqual([callsAllowed(1, 0), callsAllowed(1, 1)], [1, 1])
})
