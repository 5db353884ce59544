import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isHomebirdError } from '../../../server/core/errors.ts'
import {
  type GraphOptions,
  type StateDeclarations,
  automaticStatesOf,
  defineGraph,
  dueAfterSeconds,
  keyTypeOf,
  parentsOf,
} from '../../../server/stator/graph.ts'

function refuses(why: RegExp, states: StateDeclarations, options: GraphOptions = {}): void {
  assert.throws(
    () => defineGraph('peers', states, options),
    (error) => {
      assert.ok(isHomebirdError(error, 'GRAPH_INVALID'))
      assert.match(error.message, why)
      assert.match(error.message, /graph peers/)
      return true
    },
  )
}

test('the state that nothing leads to is the initial one', () => {
  const graph = defineGraph('posts', {
    new: { next: ['done'], retryEverySeconds: 60 },
    done: { next: [], deleteAfterSeconds: 60 },
  })
  assert.equal(graph.initial, 'new')
  assert.deepEqual(automaticStatesOf(graph), ['new'])
  assert.deepEqual(parentsOf(graph, 'done'), ['new'])
})

test('in a circle the initial state is marked', () => {
  const graph = defineGraph('peers', {
    outdated: { next: ['updated'], retryEverySeconds: 60, initial: true },
    updated: { next: ['outdated'], retryEverySeconds: 600, attemptsImmediately: false },
  })
  assert.equal(graph.initial, 'outdated')
  assert.equal(dueAfterSeconds(graph, 'outdated'), 0)
  assert.equal(dueAfterSeconds(graph, 'updated'), 600)
})

test('a graph without exactly one initial state is refused', () => {
  refuses(/exactly one state must be initial, found 2: a, b/, { a: { next: [] }, b: { next: [] } })
  refuses(/exactly one state must be initial, found 0/, { a: { next: ['b'] }, b: { next: ['a'] } })
  refuses(/several initial states: a, b/, {
    a: { next: ['b'], initial: true },
    b: { next: ['a'], initial: true },
  })
})

test('a move or timeout to an unknown state is refused', () => {
  refuses(/a leads to b, which is not declared/, { a: { next: ['b'] } })
  refuses(/a leads to gone, which is not declared/, {
    a: { next: ['b'], retryEverySeconds: 1, timeoutSeconds: 5, timeoutState: 'gone' },
    b: { next: [] },
  })
})

test('an automatic state needs an interval above 0 and somewhere to lead', () => {
  refuses(/a has an interval and leads nowhere/, { a: { next: [], retryEverySeconds: 60 } })
  refuses(/the interval of a must be above 0/, { a: { next: ['b'], retryEverySeconds: 0 }, b: { next: [] } })
  refuses(/a has no handler/, { a: { next: ['b'], backOffToSeconds: 60 }, b: { next: [] } })
})

test('a timeout needs both its time and its state', () => {
  refuses(/a needs both/, { a: { next: ['b'], retryEverySeconds: 1, timeoutSeconds: 5 }, b: { next: [] } })
})

test('a row that waits for an attempt is never deleted by its age', () => {
  refuses(/a is automatic/, {
    a: { next: ['b'], retryEverySeconds: 1, deleteAfterSeconds: 9 },
    b: { next: [] },
  })
})

test('options that make no sense are refused with their value', () => {
  const states = { a: { next: ['b'], retryEverySeconds: 1 }, b: { next: [] } }
  refuses(/hostShare needs a hostColumn/, states, { hostShare: 0.5 })
  refuses(/not 2/, states, { hostColumn: 'host', hostShare: 2 })
  refuses(/claimSize .* not 0/, states, { claimSize: 0 })
  refuses(/claimSize .* not 501/, states, { claimSize: 501 })
  refuses(/concurrencyFactor must be above 0, not 0/, states, { concurrencyFactor: 0 })
  refuses(/handlerSeconds must be above 0, not 0/, states, { handlerSeconds: 0 })
})

test('ids are 64-bit numbers, other keys are text', () => {
  const states = { a: { next: [] } }
  assert.equal(keyTypeOf(defineGraph('posts', states)), 'bigint')
  assert.equal(keyTypeOf(defineGraph('peers', states, { key: 'host' })), 'text')
})
