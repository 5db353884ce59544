/**
 * What the owner looks at and this home knows only a part of: the worker reads the rest at its origin. Looking again
 * within a minute changes nothing and costs nothing. Strangers make this home ask nobody.
 */
import { boundedMap } from '../../core/bounded-map.ts'
import type { PageOf, PageRequest } from '../../db/paging.ts'
import { inTransaction } from '../../db/transaction.ts'
import type { Actor } from '../../domain/actors/actor.ts'
import { refreshStaleActors } from '../../domain/actors/actor-freshness.ts'
import { requestLinkChecks } from '../../domain/links/link-checks.ts'
import { type OriginSide, lookAtOriginList } from '../../domain/follows/origin-lists.ts'
import { sweepFurther } from '../../domain/outboxes/outbox-sweeps.ts'
import { openProfile } from '../../domain/profiles/profile-readings.ts'
import type { HttpContext } from '../http-context.ts'
import { type StatusLook, lookingAtStatuses } from './card-looks.ts'

export interface Looks {
  /** @param viewerId  null for a stranger */
  atProfile(viewerId: string | null, actor: Actor): Promise<void>
  /** @returns whether the list of the origin is what the viewer is to see */
  atList(viewerId: string | null, actor: Actor, side: OriginSide): Promise<boolean>
  /** Whoever comes to the end of what is here wants what is older. */
  atPosts(viewerId: string | null, actor: Actor, wanted: PageRequest, page: PageOf<unknown>): Promise<void>
  /** The pages that they link to are read for their previews; the answer does not wait for it. */
  readonly atStatuses: StatusLook
}

const REMEMBERED = 1_000
const REMEMBERED_MS = 60_000

type LookParts = Pick<HttpContext, 'config' | 'db' | 'home' | 'clock' | 'log'>

export function createLooks(parts: LookParts): Looks {
  const { db, home, clock } = parts
  const seen = boundedMap<string, true>({ max: REMEMBERED, ttl: REMEMBERED_MS })
  const isAsked = (viewerId: string | null, actor: Actor): boolean =>
    viewerId !== null &&
    actor.domain_id === null &&
    !home.isBlockedDomain(actor.host) &&
    !home.isBlockedDomain(actor.handle_domain)
  const atProfile: Looks['atProfile'] = async (viewerId, actor) => {
    if (!isAsked(viewerId, actor) || seen.has(actor.id)) return
    seen.set(actor.id, true)
    await inTransaction(db, async (tx) => {
      await refreshStaleActors(tx, [actor], clock.now(), parts.config.actorMaxAge)
      await openProfile(tx, actor.id, clock.now())
      await requestLinkChecks(tx, actor)
    })
  }
  return {
    atProfile,
    atStatuses: lookingAtStatuses(parts),
    async atList(viewerId, actor, side) {
      if (!isAsked(viewerId, actor)) return false
      const key = `${actor.id} ${side}`
      if (!seen.has(key)) {
        seen.set(key, true)
        await lookAtOriginList(db, actor.id, side, clock.now())
      }
      return true
    },
    async atPosts(viewerId, actor, wanted, page) {
      if (!isAsked(viewerId, actor)) return
      await atProfile(viewerId, actor)
      const isAtEnd = wanted.maxId !== null && !page.isFull
      if (isAtEnd) await sweepFurther(db, actor.id)
    },
  }
}
