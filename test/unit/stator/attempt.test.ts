import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HomebirdError } from '../../../server/core/errors.ts'
import { attempt } from '../../../server/stator/attempt.ts'
import type { StateRow, Task } from '../../../server/stator/claim.ts'
import { planOf } from '../../../server/stator/finish.ts'
import { type Verdict, again, defineGraph } from '../../../server/stator/graph.ts'
import { boundedText } from '../../../server/stator/state-text.ts'

const graph = defineGraph('posts', {
  new: { next: ['done', 'waiting'], retryEverySeconds: 60, backOffToSeconds: 3_600 },
  waiting: { next: ['done'], retryEverySeconds: 600, attemptsImmediately: false },
  done: { next: [] },
})

function tasks(...keys: string[]): Task[] {
  return keys.map((key) => {
    const row: StateRow = {
      id: key,
      state: 'new',
      state_changed_at: new Date(),
      state_next_attempt_at: new Date(),
      state_priority: 1,
      state_locked_until: new Date(),
      state_lock_token: 'token',
      state_attempts: 2,
      state_errors: 0,
      state_deaths: 0,
      state_error: null,
    }
    return { key, token: 'token', host: '', row, leasedAtMs: 0 }
  })
}

const work = { signal: new AbortController().signal, mostCalls: 1 }

test('a batch that throws is tried again row by row, and the bad row fails alone', async () => {
  const calls: string[][] = []
  const batch = async (rows: readonly StateRow[]): Promise<Map<string, Verdict<string>>> => {
    calls.push(rows.map((row) => String(row['id'])))
    if (rows.some((row) => row['id'] === '2')) throw new Error('bad row')
    return new Map(rows.map((row) => [String(row['id']), 'done']))
  }
  const outcomes = await attempt(graph, { batch }, tasks('1', '2', '3'), work)
  assert.deepEqual(
    outcomes.map((outcome) => outcome.kind),
    ['move', 'failed', 'move'],
  )
  assert.deepEqual(calls, [['1', '2', '3'], ['1'], ['2'], ['3']])
})

test("a database that was away, or a full disk, is nobody's fault: the rows come back soon, and nothing is counted", async () => {
  const falls = [
    Object.assign(new Error('terminating connection'), { code: '57P01', severity: 'FATAL' }),
    Object.assign(new Error('connect ENOENT'), { code: 'ENOENT', syscall: 'connect' }),
    new Error('Connection terminated unexpectedly'),
    Object.assign(new Error('could not extend file'), { code: '53100', severity: 'ERROR' }),
    new HomebirdError('STORAGE_FULL', 'no room for a file'),
  ]
  for (const error of falls) {
    const batch = async (): Promise<Map<string, Verdict<string>>> => Promise.reject(error)
    const outcomes = await attempt(graph, { batch }, tasks('1', '2'), work)
    for (const outcome of outcomes) {
      assert.ok(outcome.kind === 'again', outcome.kind)
      assert.equal(outcome.isCounted, false)
      assert.ok((outcome.afterSeconds ?? 60) < 10)
    }
  }
  const own = Object.assign(new Error('no such file'), { code: 'ENOENT' })
  const [outcome] = await attempt(graph, { each: async () => Promise.reject(own) }, tasks('1'), work)
  assert.equal(outcome?.kind, 'failed')
})

test('a row that a batch is silent about is tried again, not lost', async () => {
  const outcomes = await attempt(
    graph,
    { batch: async () => new Map([['1', 'done']]) },
    tasks('1', '2'),
    work,
  )
  assert.deepEqual(outcomes[0], { kind: 'move', to: 'done', note: null })
  assert.equal(outcomes[1]?.kind, 'again')
})

test('an undeclared move is an error of the row that names the state', async () => {
  const [outcome] = await attempt(graph, { each: async () => 'gone' }, tasks('1'), work)
  assert.ok(outcome?.kind === 'failed')
  assert.match(outcome.error, /STATE_UNDECLARED.*"gone".*done, waiting/)
})

test('an undeclared verdict for one row of a batch harms no other', async () => {
  const batch = async (): Promise<Map<string, string>> =>
    new Map([
      ['1', 'gone'],
      ['2', 'done'],
    ])
  const outcomes = await attempt(graph, { batch }, tasks('1', '2'), work)
  assert.deepEqual(
    outcomes.map((outcome) => outcome.kind),
    ['failed', 'move'],
  )
})

test('a handler that returns nothing at all fails its row', async () => {
  const each = async (): Promise<string> => undefined as unknown as string
  const [outcome] = await attempt(graph, { each }, tasks('1'), work)
  assert.equal(outcome?.kind, 'failed')
})

test('what is thrown after the order to stop is an interruption, not an error', async () => {
  const stop = new AbortController()
  const each = async (): Promise<string> => {
    stop.abort()
    throw new Error('aborted')
  }
  const outcomes = await attempt(graph, { each }, tasks('1', '2'), { signal: stop.signal, mostCalls: 1 })
  assert.deepEqual(outcomes, [{ kind: 'interrupted' }, { kind: 'interrupted' }])
})

test('what a verdict means for the row', () => {
  const [task] = tasks('1')
  assert.ok(task)
  const middle = 0.5
  assert.deepEqual(planOf(graph, task, { kind: 'move', to: 'done', note: 'why' }, middle), {
    next: 'done',
    afterSeconds: null,
    note: 'why',
    isError: false,
    isCounted: true,
  })
  assert.deepEqual(planOf(graph, task, { kind: 'move', to: 'waiting', note: null }, middle), {
    next: 'waiting',
    afterSeconds: 600,
    note: null,
    isError: false,
    isCounted: true,
  })
  assert.deepEqual(
    planOf(graph, task, { kind: 'again', afterSeconds: 7, reason: 'busy', isCounted: false }, middle),
    {
      next: null,
      afterSeconds: 7,
      note: 'busy',
      isError: false,
      isCounted: false,
    },
  )
  assert.deepEqual(planOf(graph, task, { kind: 'failed', error: 'oh' }, middle), {
    next: null,
    afterSeconds: 240,
    note: 'oh',
    isError: true,
    isCounted: true,
  })
})

test('again() carries only what it is given', () => {
  assert.deepEqual(again(), { again: true })
  assert.deepEqual(again({ afterSeconds: 5 }), { again: true, afterSeconds: 5 })
})

test('a stored text is bounded and holds nothing that a text column refuses', () => {
  assert.equal(boundedText('x'.repeat(5_000)).length, 2_000)
  assert.equal(boundedText('a\0b'), 'a\u{FFFD}b')
  assert.equal(boundedText(`${'x'.repeat(1_999)}😀`).isWellFormed(), true)
})
