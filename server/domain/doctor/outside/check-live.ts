/** Whether live connections get through: events as they happen, web sockets, and, when asked for, silence for a while. */
import type { DoctorCode } from '../../../contracts/doctor.ts'
import { HomebirdError } from '../../../core/errors.ts'
import { isProbeProof, probePath } from '../../../core/probe.ts'
import { echoSocket, firstEvent } from '../../../net/outside/live-exchange.ts'
import { linesFor } from './edge-lines.ts'
import { noteMeasured } from './measured.ts'
import { codeOf } from './verdict.ts'
import type { OutsideCheck, OutsideWorld } from './world.ts'

/** The home says the last five seconds after the first, so whoever holds both back has let them go by then. */
const EVENT_LIMIT_MS = 7_500
const ECHO_LIMIT_MS = 4_000
/** The home says something every 25 s on connections that are to stay. */
const IDLE_MS = 27_000
const MESSAGE = 'are you there?'

/** @param idleMs  for how long nothing is said, in a run that may take its time */
export function liveCheck(idleMs = IDLE_MS): OutsideCheck {
  return {
    name: 'live',
    async run(world) {
      if (!(await world.isReached())) return []
      const judging = [judgeSockets(world, idleMs), judgeEvents(world)]
      const found = await Promise.allSettled(judging)
      const codes = found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
      // What was found counts, also where the rest was not found out.
      return codes.length > 0 ? codes : (await Promise.all(judging)).flat()
    },
  }
}

const headersOf = (world: OutsideWorld) =>
  [
    ['Host', world.host],
    ['User-Agent', world.agent()],
  ] as const

/** What was not let through for the moment, or not before the run ended, was neither held back nor refused for good. */
function isUntold(world: OutsideWorld, status: number | null): boolean {
  if (world.signal.aborted)
    throw new HomebirdError('UNAVAILABLE', 'the run ended before live connections did')
  return status !== null && (status === 429 || status === 503)
}

/** A line that is slow holds nothing back. */
const untold = (what: string): HomebirdError =>
  new HomebirdError('UNAVAILABLE', `no answer came in time when ${what}`)

async function judgeEvents(world: OutsideWorld): Promise<DoctorCode[]> {
  const nonce = world.nonce()
  const outcome = await firstEvent(await world.open(), {
    path: probePath(nonce, 'events', 'live'),
    headers: [...headersOf(world), ['Accept', 'text/event-stream'], ['Connection', 'close']],
    limitMs: EVENT_LIMIT_MS,
    signal: world.signal,
  })
  if (outcome.kind === 'event' && !outcome.isLate) return []
  if (outcome.kind === 'nothing') {
    const { status, isOver } = outcome
    if (status === null && !isOver) throw untold('events were asked for')
    // What is refused is not held back, and neither is what breaks off before an answer.
    if (isUntold(world, status) || (status === null ? isOver : status !== 200)) return []
  }
  return [code(world, 'STREAM_BUFFERED', {})]
}

async function judgeSockets(world: OutsideWorld, idleMs: number): Promise<DoctorCode[]> {
  const nonce = world.nonce()
  const outcome = await echoSocket(await world.open(), {
    path: probePath(nonce, 'socket', 'live'),
    headers: headersOf(world),
    limitMs: ECHO_LIMIT_MS,
    signal: world.signal,
    message: MESSAGE,
    idleMs: world.isDeep ? idleMs : 0,
  })
  if (outcome.kind === 'nothing' && isUntold(world, outcome.status)) return []
  if (outcome.kind === 'nothing' && outcome.isLate) throw untold('a web socket was asked for')
  const isEchoed = outcome.kind === 'echo' && isOwnEcho(world, nonce, outcome.text)
  noteMeasured(world, { passesWebSocket: isEchoed })
  if (outcome.kind === 'nothing') return [code(world, 'NO_WEBSOCKET', { status: outcome.status })]
  if (!isEchoed) return [code(world, 'NO_WEBSOCKET', { status: 101 })]
  return outcome.isCut ? [code(world, 'IDLE_CUT', { seconds: Math.round(idleMs / 1_000) })] : []
}

function isOwnEcho({ key }: OutsideWorld, nonce: string, text: string): boolean {
  try {
    const { proof, echo } = JSON.parse(text) as Readonly<Record<string, unknown>>
    return echo === MESSAGE && typeof proof === 'string' && isProbeProof(key, nonce, 'socket', proof)
  } catch {
    return false // no answer of this home
  }
}

const code = (
  world: OutsideWorld,
  name: 'STREAM_BUFFERED' | 'NO_WEBSOCKET' | 'IDLE_CUT',
  facts: DoctorCode['facts'],
): DoctorCode => codeOf(name, 'edge', facts, linesFor(name, world.edge(), world.host))
