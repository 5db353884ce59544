/** Reads lists of followers and followed at their origin. */
import type { ProfileParts } from '../activitypub/read-profile.ts'
import { readOriginList } from '../activitypub/read-origin-list.ts'
import type { originListGraph } from '../domain/follows/origin-list-graph.ts'
import { type HandlersOf, again } from '../stator/graph.ts'

export function originListHandlers(parts: ProfileParts): HandlersOf<typeof originListGraph> {
  return {
    reading: {
      each: async (list) => {
        const reading = await readOriginList(parts, list)
        if (reading.kind === 'again') return again({ reason: reading.reason })
        return reading.note === undefined ? reading.kind : { to: reading.kind, note: reading.note }
      },
    },
  }
}
