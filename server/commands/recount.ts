/** `homebird cache recount`: the numbers that stand beside posts and people, counted anew from what is here. */
import type { ExitCode } from '../contracts/exit-code.ts'
import type { Database } from '../db/pool.ts'
import { inTransaction } from '../db/transaction.ts'
import { recountActorSlice } from '../domain/actors/recount-actors.ts'
import { markAllHashtags } from '../domain/hashtags/mark-hashtags.ts'
import { type SliceCount, recountPostSlice } from '../domain/posts/recount-posts.ts'
import type { CommandIo } from './command-io.ts'
import type { CommonOptions } from './options.ts'
import { withHome } from './with-home.ts'

const TOLD_EVERY = 50_000

interface Counted {
  looked: number
  mended: number
}

export async function recount(options: CommonOptions): Promise<ExitCode> {
  return withHome(options, async (db, io) => {
    const posts = await recountAll(db, io, 'posts', recountPostSlice)
    const people = await recountAll(db, io, 'people', recountActorSlice)
    for (let after: string | null = '0'; after !== null;) {
      const from: string = after
      after = await inTransaction(db, async (tx) => markAllHashtags(tx, from))
    }
    io.put({ posts, people })
    io.say(`${posts.looked} posts counted, ${posts.mended} of them mended`)
    io.say(`${people.looked} people counted, ${people.mended} of them mended`)
    io.say('The worker counts the uses of hashtags within minutes.')
  })
}

async function recountAll(
  db: Database,
  io: CommandIo,
  what: string,
  slice: (db: Database, after: string) => Promise<SliceCount>,
): Promise<Counted> {
  const counted: Counted = { looked: 0, mended: 0 }
  for (let after: string | null = '0'; after !== null;) {
    const before = counted.looked
    const { last, looked, mended } = await slice(db, after)
    counted.looked += looked
    counted.mended += mended
    after = last
    if (Math.floor(counted.looked / TOLD_EVERY) > Math.floor(before / TOLD_EVERY))
      io.say(`${counted.looked} ${what} so far`)
  }
  return counted
}
