/** What an identity that has moved away does no longer. */
import { HomebirdError } from '../../core/errors.ts'
import type { Row } from '../../db/tables.ts'

/**
 * Writing, boosting and following are over where somebody lives no more; reading, editing, deleting and undoing are not.
 * @throws HomebirdError FORBIDDEN for an identity that has moved
 */
export function refuseMoved(actor: Pick<Row<'actors'>, 'uri' | 'moved_to_uri'>): void {
  if (actor.moved_to_uri === null) return
  throw new HomebirdError('FORBIDDEN', `${actor.uri} has moved to ${actor.moved_to_uri}`, {
    safe: 'This identity has moved away. It can read, delete and undo; take the move back to write here again.',
  })
}
