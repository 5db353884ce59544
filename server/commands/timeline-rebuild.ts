/** `homebird timeline rebuild`: home timelines are filled anew from the posts that are here, while everything goes on. */
import type { ExitCode } from '../contracts/exit-code.ts'
import { systemClock } from '../core/clock.ts'
import { HomebirdError } from '../core/errors.ts'
import { rebuildStretch, stretchFrom } from '../domain/timelines/rebuild-timelines.ts'
import type { CommonOptions } from './options.ts'
import { withHome } from './with-home.ts'

const DAY_MS = 86_400_000
const MOST_DAYS = 36_500
const TOLD_EVERY = 10_000

export interface RebuildOptions extends CommonOptions {
  readonly days: string
}

/** @throws HomebirdError USAGE for a number of days that is none */
export async function rebuildTimelines(options: RebuildOptions): Promise<ExitCode> {
  const days = parseDays(options.days)
  const from = stretchFrom(new Date(systemClock.now().getTime() - days * DAY_MS))
  return withHome(options, async (db, io) => {
    const sum = { posts: 0, added: 0, removed: 0 }
    for (let after: string | null = from; after !== null;) {
      const before = sum.posts
      const { last, posts, added, removed } = await rebuildStretch(db, after)
      sum.posts += posts
      sum.added += added
      sum.removed += removed
      after = last
      if (Math.floor(sum.posts / TOLD_EVERY) > Math.floor(before / TOLD_EVERY))
        io.say(`${sum.posts} posts so far`)
    }
    io.put({ days, ...sum })
    io.say(`${sum.posts} posts of ${days} days looked at: ${sum.added} came into the home timelines,`)
    io.say(`${sum.removed} left them. What is open is read anew with a reload.`)
  })
}

function parseDays(raw: string): number {
  const days = /^\d{1,5}$/.test(raw) ? Number(raw) : 0
  if (days >= 1 && days <= MOST_DAYS) return days
  throw new HomebirdError('USAGE', `--days is ${JSON.stringify(raw)} and must be from 1 to ${MOST_DAYS}`)
}
