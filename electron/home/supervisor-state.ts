/** What the supervisor says of the home in one word, kept as it was last told: asking it looks at every process. */
import type { HomeState } from '../../server/contracts/appliance-status.ts'
import type { KeptHome } from './kept-home.ts'

type Watched = Pick<KeptHome, 'stage' | 'onStage' | 'onEvent'>

export interface SupervisorState extends Disposable {
  now(): HomeState
  onChange(tell: () => void): void
}

export function watchSupervisor(home: Watched): SupervisorState {
  let state = stateOf(home)
  let tellChange: () => void = () => undefined
  const look = (): void => {
    const next = stateOf(home)
    if (next === state) return
    state = next
    tellChange()
  }
  const ends = [
    home.onStage(look),
    home.onEvent(({ kind }) => {
      if (kind === 'part') look()
    }),
  ]
  return {
    now: () => state,
    onChange(tell) {
      tellChange = tell
    },
    [Symbol.dispose]() {
      for (const end of ends) end()
    },
  }
}

function stateOf({ stage }: Pick<KeptHome, 'stage'>): HomeState {
  switch (stage.kind) {
    case 'starting':
      return 'Starting'
    case 'running':
      return stage.appliance.facts().state
    case 'failed':
      return 'Needs attention'
    case 'stopping':
    case 'stopped':
      return 'Stopped'
  }
}
