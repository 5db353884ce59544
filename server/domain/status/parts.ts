/** The parts of the home as its owner sees them, out of what the supervisor says of its processes. */
import type { ApplianceFacts, PartStatus } from '../../contracts/appliance-status.ts'
import type { PartFacts, PartKind } from '../../contracts/home-status.ts'

/** Pure. Decoders are processes of server and senders, whose figures hold theirs. */
export function partsOf(facts: ApplianceFacts | null, now: Date): PartFacts[] {
  if (facts === null) return []
  const parts = facts.parts.map(partOf)
  const pictures = picturesOf(facts.parts)
  return [...parts, ...(pictures === null ? [] : [pictures]), programOf(facts, now)]
}

function partOf(part: PartStatus): PartFacts {
  const { name, state, memoryBytes, cpuShare, uptimeSeconds, restarts, note } = part
  return { name, kind: kindOf(name), state, memoryBytes, cpuShare, uptimeSeconds, restarts, note }
}

function kindOf(name: string): PartKind {
  if (name.startsWith('server')) return 'server'
  return name.startsWith('worker') ? 'senders' : 'database'
}

/** Null where the system does not tell which processes there are. */
function picturesOf(parts: readonly PartStatus[]): PartFacts | null {
  const helped = parts.filter(({ name }) => kindOf(name) !== 'database')
  if (helped.length === 0 || helped.some(({ helpers, pid }) => helpers === null && pid !== null)) return null
  const isAtWork = helped.some(({ helpers }) => (helpers ?? 0) > 0)
  return { ...QUIET, name: 'pictures', kind: 'pictures', state: isAtWork ? 'Running' : 'Idle' }
}

function programOf({ startedAt, memoryBytes, state }: ApplianceFacts, now: Date): PartFacts {
  const uptimeSeconds = Math.max(0, Math.floor((now.getTime() - Date.parse(startedAt)) / 1_000))
  return {
    ...QUIET,
    name: 'program',
    kind: 'program',
    state: state === 'Starting' || state === 'Stopped' ? state : 'Running',
    memoryBytes,
    uptimeSeconds,
  }
}

const QUIET = { memoryBytes: null, cpuShare: null, uptimeSeconds: null, restarts: 0, note: null } as const
