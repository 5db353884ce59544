/** The keeper of a way in whose provider does what the test tells it, on a clock that is moved by hand. */
import type { TunnelStatus } from '../../server/contracts/tunnel.ts'
import type { TunnelEvent, TunnelProvider } from '../../server/tunnels/provider.ts'
import { TunnelKeeper } from '../../server/tunnels/tunnel-keeper.ts'
import { HandClock } from './hand-clock.ts'

class ScriptedProvider implements TunnelProvider {
  readonly kind = 'command'
  isMetered = false
  connectLimitMs: number | undefined
  findings: Awaited<ReturnType<TunnelProvider['prepare']>> = []
  nudges: string[] = []
  closed = 0
  runs: ((event: TunnelEvent | 'end') => void)[] = []

  async prepare(): ReturnType<TunnelProvider['prepare']> {
    return this.findings
  }

  async *run(_target: unknown, signal: AbortSignal): AsyncGenerator<TunnelEvent> {
    const told: (TunnelEvent | 'end')[] = []
    let wake: () => void = () => undefined
    this.runs.push((event) => {
      told.push(event)
      wake()
    })
    signal.addEventListener('abort', () => wake())
    try {
      for (;;) {
        const event = told.shift()
        if (event === 'end' || signal.aborted) return
        if (event === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
          continue
        }
        yield event
        if (event.type === 'lost') return
      }
    } finally {
      this.closed += 1
    }
  }

  nudge(why: string): void {
    this.nudges.push(why)
  }

  tell(event: TunnelEvent | 'end'): void {
    this.runs.at(-1)?.(event)
  }
}

export function keepTunnel(prove: () => Promise<number> = async () => 40) {
  const provider = new ScriptedProvider()
  const clock = new HandClock()
  const states: string[] = []
  let doubts = 0
  const keeper = new TunnelKeeper({
    provider,
    target: { addresses: [{ kind: 'socket', path: 'x' }], publicHost: 'home.example' },
    clock,
    prove,
    wait: clock.wait,
    random: () => 1,
    changed: ({ state }: TunnelStatus) => {
      if (states.at(-1) !== state) states.push(state)
    },
    doubted: () => {
      doubts += 1
    },
  })
  return { provider, clock, states, keeper, doubts: () => doubts }
}
