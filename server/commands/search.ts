/** `homebird search rebuild`: has the words of all posts written anew, by the worker, while everything goes on. */
import type { ExitCode } from '../contracts/exit-code.ts'
import { countBacklog, queueAllForIndex } from '../domain/search/index-posts.ts'
import type { CommonOptions } from './options.ts'
import { withHome } from './with-home.ts'

export async function rebuildSearch(options: CommonOptions): Promise<ExitCode> {
  return withHome(options, async (db, io) => {
    await queueAllForIndex(db)
    const waiting = await countBacklog(db)
    io.put({ waiting })
    io.say(`${waiting} posts wait for the worker. Until it has come to a post, it is found as before.`)
  })
}
