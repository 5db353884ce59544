/** What the shell says before there is a home waits for one; how long its start took is told by steps. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HomeStage } from '../../../electron/home/kept-home.ts'
import { openShellJournal } from '../../../electron/shell/shell-journal.ts'
import { openShellTimes } from '../../../electron/shell/shell-times.ts'

test('sentences wait for the home, in their order, and not without end', () => {
  const noted: string[] = []
  const appliance = {
    note: (level: string, part: string, message: string) => noted.push(`${level} ${part} ${message}`),
  }
  const listeners: ((stage: Pick<HomeStage, 'kind'>) => void)[] = []
  const home = {
    appliance: null as typeof appliance | null,
    onStage(tell: (stage: Pick<HomeStage, 'kind'>) => void) {
      listeners.push(tell)
      return () => undefined
    },
  }
  const enter = (kind: HomeStage['kind']): void => {
    for (const tell of listeners) tell({ kind })
  }
  const journal = openShellJournal(home)
  journal.note('one')
  journal.note('two', 'info')
  for (let count = 0; count < 200; count += 1) journal.note('more')
  enter('starting')
  assert.deepEqual(noted, [])
  home.appliance = appliance
  enter('running')
  assert.deepEqual(noted.slice(0, 2), ['warn shell one', 'info shell two'])
  assert.equal(noted.length, 100)
  journal.note('three', 'error')
  assert.equal(noted.at(-1), 'error shell three')
})

test('steps count from the beginning, each the first time only', () => {
  let now = 310
  const times = openShellTimes(() => now)
  assert.equal(times.comesTo('ready'), true)
  now = 1_850
  times.comesTo('home')
  now = 2_104
  times.comesTo('window')
  now = 9_000
  assert.equal(times.comesTo('home'), false)
  assert.equal(times.told(), '2.10 s: ready 0.31, home 1.85, window 2.10')
})
