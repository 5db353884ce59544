/** Reads the collections of profiles that matter to somebody here. */
import { type ProfileParts, readProfile } from '../activitypub/read-profile.ts'
import { assertNever } from '../core/errors.ts'
import type { profileReadingGraph } from '../domain/profiles/profile-reading-graph.ts'
import { type HandlersOf, again } from '../stator/graph.ts'

export function profileReadingHandlers(parts: ProfileParts): HandlersOf<typeof profileReadingGraph> {
  return {
    outdated: {
      each: async ({ id }) => {
        const reading = await readProfile(parts, id)
        switch (reading.kind) {
          case 'read':
            return 'updated'
          case 'unread':
            return { to: 'updated', note: reading.note }
          case 'again':
            return again({ reason: reading.reason })
          default:
            return assertNever(reading)
        }
      },
    },
  }
}
