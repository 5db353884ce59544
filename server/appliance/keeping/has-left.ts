/** Whether a home that runs has said farewell, or came back from one. */
import type { DatabaseConnection } from '../../contracts/child-message.ts'
import { HomebirdError } from '../../core/errors.ts'
import { withClient } from '../../db/connection.ts'

/**
 * Others were told that its identities are gone, which no backup of before knows: neither the first nor a second one.
 * @throws HomebirdError UNAVAILABLE where the database is there and cannot say
 */
export async function hasLeft(connection: () => DatabaseConnection): Promise<boolean> {
  try {
    const { rows } = await withClient(connection(), (client) =>
      client.query(`
        select from farewells where begun_at is not null and state <> 'cancelled'
        union all select from home_settings where key = 'told_gone' limit 1`),
    )
    return rows.length > 0
  } catch (error) {
    if (isThere(error))
      throw new HomebirdError(
        'UNAVAILABLE',
        'whether this home has said farewell cannot be read, as its database is too busy; try again in a moment, or stop the home and restore it then',
        { cause: error },
      )
    return false // a home without its database is restored all the more; then nobody knows
  }
}

/** No room for a connection, no time for an answer: it could be asked, only not now. */
const isThere = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && /^(?:53|55|57014)/.test(String(error.code))) || /timeout/i.test(error.message))
