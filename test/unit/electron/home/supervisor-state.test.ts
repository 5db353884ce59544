import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HomeStage, KeptHome } from '../../../../electron/home/kept-home.ts'
import { watchSupervisor } from '../../../../electron/home/supervisor-state.ts'
import { ownLaunch } from '../../../../electron/shell/own-launch.ts'
import type { ElectronParts } from '../../../../electron/electron-parts.ts'
import type { HomeState } from '../../../../server/contracts/appliance-status.ts'

type Event = Parameters<Parameters<KeptHome['onEvent']>[0]>[0]

test('the supervisor is asked when a part or the home changes, and its change is told once', () => {
  const stages = new Set<(stage: HomeStage) => void>()
  const events = new Set<(event: Event) => void>()
  let stage: HomeStage = { kind: 'stopped' }
  let state: HomeState = 'Running'
  let asked = 0
  const watched = {
    get stage() {
      return stage
    },
    onStage(tell: (stage: HomeStage) => void) {
      stages.add(tell)
      return () => stages.delete(tell)
    },
    onEvent(tell: (event: Event) => void) {
      events.add(tell)
      return () => events.delete(tell)
    },
  }
  const enter = (next: HomeStage): void => {
    stage = next
    for (const tell of stages) tell(next)
  }
  const part = (): void => {
    for (const tell of events) tell({ kind: 'part' } as Event)
  }
  const appliance = {
    facts() {
      asked += 1
      return { state }
    },
  } as unknown as Extract<HomeStage, { kind: 'running' }>['appliance']
  const supervisor = watchSupervisor(watched)
  const seen: HomeState[] = []
  supervisor.onChange(() => seen.push(supervisor.now()))
  enter({ kind: 'starting' })
  enter({ kind: 'running', appliance })
  state = 'Needs attention'
  assert.equal(supervisor.now(), 'Running', 'kept as it was told last')
  part()
  part()
  state = 'Running'
  part()
  for (const tell of events) tell({ kind: 'line', line: '{}' })
  assert.equal(asked, 4, 'a line of a log is no change of a part')
  enter({ kind: 'failed', error: new Error('no room') })
  enter({ kind: 'stopping' })
  enter({ kind: 'stopped' })
  assert.deepEqual(seen, ['Starting', 'Running', 'Needs attention', 'Running', 'Needs attention', 'Stopped'])
  supervisor[Symbol.dispose]()
  assert.deepEqual([stages.size, events.size], [0, 0])
})

test('an installed shell is started by its file, one in a checkout by Electron with its folder', () => {
  const app = (isPackaged: boolean) =>
    ({ app: { isPackaged, getAppPath: () => '/src/homebird' } }) as unknown as Pick<ElectronParts, 'app'>
  assert.deepEqual(ownLaunch(app(true), '/opt/homebird'), { path: '/opt/homebird', args: [] })
  assert.deepEqual(ownLaunch(app(false), '/opt/electron'), { path: '/opt/electron', args: ['/src/homebird'] })
})
