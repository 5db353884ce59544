/**
 * Fetches the pictures of what has just come into the home timeline, so that they are there when it is read: a few at once, so
 * many a minute and from each host, and none while the owner has paused what goes out, on a line that is to be spared, or where
 * there is no cache to keep them. What is passed over is fetched when somebody looks.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { HostBudget } from '../activitypub/host-budget.ts'
import type { Config } from '../core/config.ts'
import type { Clock } from '../core/clock.ts'
import { describeError } from '../core/errors.ts'
import type { Logger } from '../core/log.ts'
import type { Database } from '../db/pool.ts'
import type { Home } from '../domain/owner/home.ts'
import { activePause } from '../domain/owner/switches.ts'
import { type RemoteItem, itemKey } from '../domain/remote-media/media-shapes.ts'
import type { RemoteMedia } from '../domain/remote-media/remote-media.ts'
import type { timelinePictureGraph } from '../domain/remote-media/timeline-picture-graph.ts'
import { listWantedPictures } from '../domain/remote-media/want-pictures.ts'
import { hostOf } from '../net/origin.ts'
import type { HandlersOf } from '../stator/graph.ts'
import type { Caches } from '../storage/caches/open-caches.ts'

export interface TimelinePictureParts {
  readonly config: Pick<Config, 'prefetch' | 'previewCards'>
  readonly db: Database
  readonly clock: Clock
  readonly log: Logger
  readonly home: Pick<Home, 'switches' | 'isBlockedDomain'>
  readonly caches: Pick<Caches, 'media'>
  readonly remoteMedia: RemoteMedia
}

/** A timeline that is read does not wait for more; a server that everybody boosts must not feel it. */
const PACE = { most: 240, windowMs: 60_000 } as const
const PACE_OF_HOST = { most: 40, windowMs: 60_000 } as const
const AT_ONCE = 4
/** Of one claim; what is not here then comes by itself, or when it is looked at. */
const MOST_MS = 25_000

export function timelinePictureHandlers(
  parts: TimelinePictureParts,
): HandlersOf<typeof timelinePictureGraph> {
  const prefetch = new Prefetch(parts)
  return {
    wanted: {
      batch: async (rows, { signal }) => {
        const ids = rows.map(({ id }) => id)
        const isDone = await prefetch.fetchOf(ids, signal)
        return new Map(ids.map((id) => [id, isDone ? 'fetched' : 'skipped']))
      },
    },
  }
}

class Prefetch {
  readonly #parts: TimelinePictureParts
  readonly #pace: HostBudget
  readonly #paceOfHosts: HostBudget

  constructor(parts: TimelinePictureParts) {
    this.#parts = parts
    this.#pace = new HostBudget(parts.clock, PACE)
    this.#paceOfHosts = new HostBudget(parts.clock, PACE_OF_HOST)
  }

  /** @returns false where nothing is to be fetched now */
  async fetchOf(postIds: readonly string[], signal: AbortSignal): Promise<boolean> {
    const { config, db, home, remoteMedia } = this.#parts
    if (!(await this.#isWelcome())) return false
    const listed = await listWantedPictures(db, postIds, config.previewCards)
    const items = listed.filter(({ url }) => !home.isBlockedDomain(hostOf(url) ?? ''))
    if (items.length === 0) return true
    const known = await remoteMedia.failuresOf(items)
    const waiting = [...items]
    const fetchNext = async (): Promise<void> => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
        await this.#fetch(item, known)
      }
    }
    const done = Promise.all(Array.from({ length: AT_ONCE }, fetchNext))
    const over = new AbortController()
    const late = delay(MOST_MS, undefined, { signal: AbortSignal.any([signal, over.signal]), ref: false })
    await Promise.race([done, late]).catch(() => undefined)
    over.abort()
    // Those that are under way end by themselves.
    waiting.length = 0
    return true
  }

  async #isWelcome(): Promise<boolean> {
    const { config, home, clock, caches } = this.#parts
    const switches = home.switches()
    const isPaused = activePause(switches, clock.now()) !== null
    if (!config.prefetch || isPaused || switches.workShare < 1) return false
    const { scheme, isUp } = await caches.media.stats()
    return isUp && scheme !== 'off'
  }

  /** Never rejects: who looks at it later is told. */
  async #fetch(item: RemoteItem, known: Awaited<ReturnType<RemoteMedia['failuresOf']>>): Promise<void> {
    const { remoteMedia, log } = this.#parts
    const mayAsk = (): boolean =>
      this.#paceOfHosts.take(hostOf(item.url) ?? '') === 0 && this.#pace.take('') === 0
    try {
      await remoteMedia.warm(item, known.get(itemKey(item)), mayAsk)
    } catch (error) {
      log.debug({ event: 'media.not_prefetched', kind: item.kind, error: describeError(error) })
    }
  }
}
