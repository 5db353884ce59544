/** The room of updates: what it does by itself, at the person's word, and as the program ends. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { FIRST_LOOK_AFTER_MS } from '../../../../electron/updates/update-machine.ts'
import type { UpdaterEngine } from '../../../../electron/updates/updater-engine.ts'
import { type Updates, type UpdatesNeeds, openUpdates } from '../../../../electron/updates/updates.ts'
import type { UpdateState } from '../../../../server/contracts/desktop-bridge.ts'
import { until } from '../../../support/until.ts'

interface World {
  readonly updates: Updates
  /** Everything that was done outside, in order. */
  readonly done: string[]
  readonly states: UpdateState[]
  readonly store: Map<string, unknown>
  readonly goOn: (ms: number) => void
  facts: {
    offered: string | null
    broken: string | null
    metered: boolean
    busy: 'backup' | null
    free: number
  }
  readonly is: (phase: UpdateState['phase']) => Promise<UpdateState>
}

function openWorld(t: TestContext, changes: { quietly?: boolean; failure?: string } = {}): World {
  const facts: World['facts'] = {
    offered: '1.1.0',
    broken: null,
    metered: false,
    busy: null,
    free: 100_000_000,
  }
  const done: string[] = []
  const store = new Map<string, unknown>(
    changes.failure === undefined ? [] : [['updates.failure', changes.failure]],
  )
  let now = Date.parse('2026-11-01T12:00:00Z')
  const alarms = new Set<{ at: number; act: () => void }>()
  const act = (name: string): void => {
    done.push(name)
    if (facts.broken === name) throw new Error(`${name} went wrong`)
  }
  const engine: UpdaterEngine = {
    look: async () => {
      act('look')
      const { offered } = facts
      if (offered === null) return null
      return { version: offered, files: [], notes: 'More.', releaseDate: '', minimumSystemVersion: null }
    },
    bring: async (tellPercent) => {
      act('bring')
      tellPercent(50)
    },
    installsQuietly: changes.quietly ?? true,
    install: async (andRestart) => act(andRestart ? 'install and restart' : 'install'),
  }
  const needs: UpdatesNeeds = {
    version: '1.0.0',
    engine,
    whyOff: '',
    store: { get: (name) => store.get(name), set: (name, value) => void store.set(name, value) },
    clock: {
      now: () => now,
      chance: () => 0.5,
      after: (ms, ring) => {
        const alarm = { at: now + ms, act: ring }
        alarms.add(alarm)
        return () => void alarms.delete(alarm)
      },
    },
    isMetered: async () => facts.metered,
    busyWith: () => facts.busy,
    roomForCopy: async () => ({ neededBytes: 50_000_000, freeBytes: facts.free }),
    quit: () => act('quit'),
    relaunch: () => act('relaunch'),
    log: () => undefined,
  }
  const updates = openUpdates(needs)
  t.after(() => updates.close())
  const states: UpdateState[] = []
  updates.onState((state) => states.push(state))
  return {
    updates,
    done,
    states,
    store,
    facts,
    goOn: (ms) => {
      now += ms
      for (const alarm of alarms) {
        if (alarm.at > now) continue
        alarms.delete(alarm)
        alarm.act()
      }
    },
    is: (phase) =>
      until(phase, async () => {
        const state = await updates.state()
        return state.phase === phase && state
      }),
  }
}

async function openReady(t: TestContext, changes: { quietly?: boolean } = {}): Promise<World> {
  const world = openWorld(t, changes)
  world.goOn(FIRST_LOOK_AFTER_MS)
  await world.is('ready')
  return world
}

test('it looks by itself after the start, brings what it finds, and tells each step once', async (t) => {
  const { done, states, goOn, is } = openWorld(t)
  goOn(FIRST_LOOK_AFTER_MS - 1)
  assert.deepEqual(done, [])
  goOn(1)
  const ready = await is('ready')
  assert.deepEqual(done, ['look', 'bring'])
  assert.deepEqual(ready.next, { version: '1.1.0', notes: 'More.' })
  assert.deepEqual(
    states.map(({ phase, percent }) => [phase, percent]),
    [
      ['checking', null],
      ['idle', null],
      ['downloading', 0],
      ['downloading', 50],
      ['ready', null],
    ],
  )
})

test('while nothing is ready nobody is asked whether the home is busy', async (t) => {
  const { updates, facts } = openWorld(t)
  Object.defineProperty(facts, 'busy', { get: () => assert.fail('asked too early') })
  updates.setWriting(true)
  assert.deepEqual((await updates.state()).waitsFor, [])
})

test('a metered line lets it wait; when the line changes it goes on, or when the person asks', async (t) => {
  const world = openWorld(t)
  world.facts.metered = true
  world.goOn(FIRST_LOOK_AFTER_MS)
  await until('looked', () => world.states.some(({ next, phase }) => next !== null && phase === 'idle'))
  assert.deepEqual(world.done, ['look'])
  world.goOn(10 * 60_000)
  world.facts.metered = false
  assert.deepEqual(world.done, ['look'])
  await until('it looked at the line again', async () => {
    world.goOn(10 * 60_000)
    return world.done.includes('bring')
  })
  await world.is('ready')
  const asked = openWorld(t)
  asked.facts.metered = true
  await asked.updates.check()
  await asked.is('ready')
  assert.deepEqual(asked.done, ['look', 'bring'])
})

test('a look that fails says why, and is done again in time', async (t) => {
  const { updates, facts, done, goOn, is } = openWorld(t)
  facts.broken = 'look'
  const state = await updates.check()
  assert.deepEqual(
    [state.phase, state.reason?.startsWith('look went wrong. It is tried again after')],
    ['failed', true],
  )
  facts.broken = null
  goOn(4 * 60_000)
  assert.deepEqual(done, ['look'])
  goOn(60_000)
  await is('ready')
})

test('nothing is installed while somebody writes or a backup is made; then it is, at the end of the program', async (t) => {
  const { updates, facts, done, states } = await openReady(t)
  updates.setWriting(true)
  facts.busy = 'backup'
  await assert.rejects(updates.install(), /waits for: writing, backup/)
  updates.setWriting(false)
  await assert.rejects(updates.install(), /waits for: backup/)
  assert.deepEqual(
    states.slice(-2).map(({ waitsFor }) => waitsFor),
    [['writing'], ['backup']],
  )
  facts.busy = null
  await updates.install()
  assert.deepEqual(done, ['look', 'bring', 'quit'])
  await updates.installAtEnd(false)
  assert.deepEqual(done.slice(3), ['install and restart'])
})

test('where the copy of the home would not fit nothing is installed, with the numbers', async (t) => {
  const { updates, facts, done, store } = await openReady(t)
  facts.free = 20_000_000
  await assert.rejects(updates.install(), /needs 50 MB and 20 MB are free; make room, then restart/)
  await updates.installAtEnd(false)
  assert.deepEqual(done, ['look', 'bring'])
  assert.match(String(store.get('updates.failure')), /20 MB are free/)
})

test('as the program ends a newer version is installed, but not where the system would ask or goes down itself', async (t) => {
  const quiet = await openReady(t)
  await quiet.updates.installAtEnd(false)
  assert.deepEqual(quiet.done.at(-1), 'install')
  const asking = await openReady(t, { quietly: false })
  await asking.updates.installAtEnd(false)
  assert.deepEqual(asking.done.at(-1), 'bring')
  const down = await openReady(t)
  await down.updates.installAtEnd(true)
  assert.deepEqual(down.done.at(-1), 'bring')
  const nothing = openWorld(t)
  await nothing.updates.installAtEnd(false)
  assert.deepEqual(nothing.done, [])
})

test('an installation that fails gives the home back, and is told at the next start', async (t) => {
  const { updates, facts, done, store } = await openReady(t)
  facts.broken = 'install and restart'
  await updates.install()
  await updates.installAtEnd(false)
  assert.deepEqual(done.slice(2), ['quit', 'install and restart', 'relaunch'])
  const failure = String(store.get('updates.failure'))
  const next = openWorld(t, { failure })
  const state = await next.updates.state()
  assert.deepEqual(
    [state.phase, state.reason?.startsWith('install and restart went wrong')],
    ['failed', true],
  )
  assert.equal(next.store.get('updates.failure'), undefined)
})

test('a build without a feed says why it looks for nothing', async () => {
  const updates = openUpdates({
    engine: null,
    version: '1.0.0',
    whyOff: 'this build names no feed',
  } as UpdatesNeeds)
  assert.deepEqual(await updates.check(), {
    version: '1.0.0',
    phase: 'off',
    reason: 'this build names no feed',
    checkedAt: null,
    next: null,
    percent: null,
    waitsFor: [],
  })
  await assert.rejects(updates.install(), /names no feed/)
})
