/** Handles threads that are to be made whole: an attempt at a time, with a pause between two. */
import { ThreadCompleter } from '../activitypub/threads/complete-thread.ts'
import type { ThreadParts } from '../activitypub/threads/thread-parts.ts'
import type { threadFetchGraph } from '../domain/threads/thread-fetch-graph.ts'
import { type HandlersOf, again } from '../stator/graph.ts'

export function threadHandlers(parts: ThreadParts): HandlersOf<typeof threadFetchGraph> {
  const completer = new ThreadCompleter(parts)
  return {
    reading: {
      each: async ({ id }, { signal }) => {
        const end = await completer.attempt(id, signal)
        if (end.kind === 'done') return 'done'
        return again({ afterSeconds: end.afterSeconds, reason: end.reason })
      },
    },
  }
}
