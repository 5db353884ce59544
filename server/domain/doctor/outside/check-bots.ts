/** Whether the servers of the network and browsers are let in alike: many edges take the former for robots. */
import type { DoctorCode } from '../../../contracts/doctor.ts'
import { probePath } from '../../../core/probe.ts'
import { BROWSER, SERVER_AGENTS } from './agents.ts'
import { isChallenge } from './challenge.ts'
import { linesFor } from './edge-lines.ts'
import { failureOf, requireAsked } from './look-around.ts'
import { codeOf } from './verdict.ts'
import type { OutsideCheck, OutsideWorld } from './world.ts'

const KIND = 'home'
const ACTIVITY =
  'application/ld+json; profile="https://www.w3.org/ns/activitystreams", application/activity+json'

interface Tried {
  readonly name: string
  readonly outcome: 'passes' | 'challenged' | 'refused'
  readonly status: number | null
  readonly reason: string | null
}

export const checkBots: OutsideCheck = {
  name: 'bots',
  async run(world) {
    const { best } = await world.reach()
    // What nobody answers is told by others.
    if (best === null || best.answer === null) return []
    const [browser, ...servers] = await Promise.all([
      attempt(world, 'a browser', BROWSER, 'text/html,application/xhtml+xml,*/*;q=0.8'),
      ...SERVER_AGENTS.map(async ([name, agent]) => attempt(world, name, agent, ACTIVITY)),
    ])
    return [...judgeChallenges(world, browser, servers), ...judgeRefusals(world, browser, servers)]
  },
}

function judgeChallenges(world: OutsideWorld, browser: Tried, servers: readonly Tried[]): DoctorCode[] {
  const challenged = servers.filter(({ outcome }) => outcome === 'challenged')
  if (challenged.length === 0 && browser.outcome !== 'challenged') return []
  const facts = {
    host: world.host,
    names: challenged.map(({ name }) => name).join(', '),
    browsers: browser.outcome === 'passes' ? 'pass' : 'are challenged too',
    status: (challenged[0] ?? browser).status,
  }
  return [codeOf('BOT_CHALLENGE', 'edge', facts, linesFor('BOT_CHALLENGE', world.edge(), world.host))]
}

/** Where all are refused alike it is not for their names. */
function judgeRefusals(world: OutsideWorld, browser: Tried, servers: readonly Tried[]): DoctorCode[] {
  const refused = [browser, ...servers].filter(({ outcome }) => outcome === 'refused')
  if (refused.length === 0 || ![browser, ...servers].some(({ outcome }) => outcome === 'passes')) return []
  const facts = {
    host: world.host,
    names: refused.map(({ name }) => name).join(', '),
    status: refused[0]?.status ?? null,
    reason: refused[0]?.reason ?? null,
  }
  return [codeOf('UA_BLOCKED', 'edge', facts, linesFor('UA_BLOCKED', world.edge(), world.host))]
}

/** An accident happens to any name: only what is refused twice is refused for its name. */
async function attempt(world: OutsideWorld, name: string, agent: string, accept: string): Promise<Tried> {
  const first = await attemptOnce(world, name, agent, accept)
  return first.outcome === 'refused' ? attemptOnce(world, name, agent, accept) : first
}

async function attemptOnce(world: OutsideWorld, name: string, agent: string, accept: string): Promise<Tried> {
  const nonce = world.nonce()
  try {
    const answer = await world.ask({
      path: probePath(nonce, KIND),
      headers: [
        ['User-Agent', agent],
        ['Accept', accept],
      ],
    })
    const { status } = answer
    if (world.isProof(answer, nonce, KIND)) return { name, outcome: 'passes', status, reason: null }
    return { name, outcome: isChallenge(answer) ? 'challenged' : 'refused', status, reason: null }
  } catch (error) {
    requireAsked(error)
    return { name, outcome: 'refused', status: null, reason: failureOf(error).message }
  }
}
