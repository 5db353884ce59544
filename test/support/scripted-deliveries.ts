/** Where a post went, as a test says it: the sheet of the window asks, and no server is in it. */
import type { Page } from 'playwright-core'
import type { InspectorDeliveryState } from '../../server/contracts/inspector.ts'
import type { PostDeliveries } from '../../server/contracts/post-deliveries.ts'

/** By server. */
type States = Record<string, InspectorDeliveryState>

export interface ScriptedDeliveries {
  /** How it stands; change it to have something arrive. */
  readonly states: States
  /** The next look comes when told, and tells that this was so when it was asked. */
  readonly nextIsLate: (comes: Promise<void>, change: States) => void
  /** Whether that look is under way. */
  readonly isAsked: () => boolean
}

function knownOf(states: States): PostDeliveries {
  const counts = { waiting: 0, sent: 0, skipped: 0, failed: 0 }
  for (const state of Object.values(states)) counts[state] += 1
  const facts = { attempts: 1, answer: null, nextAttemptAt: null, isChange: false }
  const list = Object.entries(states).map(([host, state]) => Object.assign({ host, state }, facts))
  return { counts, list }
}

export async function scriptDeliveries(page: Page): Promise<ScriptedDeliveries> {
  const states: States = {}
  let late: { readonly comes: Promise<void>; readonly change: States } | null = null
  await page.route(/\/deliveries(?:\/|$)/, async (route) => {
    const [act] = /[^/]+$/.exec(route.request().url()) ?? []
    const body = (route.request().postDataJSON() ?? {}) as { readonly host?: string }
    for (const [host, state] of Object.entries(states)) {
      if (body.host !== undefined && body.host !== host) continue
      if (act === 'retry' && state === 'failed') states[host] = 'waiting'
      if (act === 'give-up' && state === 'waiting') states[host] = 'failed'
    }
    const look = act === 'deliveries' ? late : null
    if (look !== null) late = null
    const json = knownOf({ ...states, ...look?.change })
    await look?.comes
    await route.fulfill({ json })
  })
  return {
    states,
    nextIsLate: (comes, change) => (late = { comes, change }),
    isAsked: () => late === null,
  }
}
