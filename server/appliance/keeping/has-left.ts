/** Whether a home that runs has said farewell, or came back from one. */
import type { DatabaseConnection } from '../../contracts/child-message.ts'
import { withClient } from '../../db/connection.ts'

/** Others were told that its identities are gone, which no backup of before knows: neither the first nor a second one. */
export async function hasLeft(connection: () => DatabaseConnection): Promise<boolean> {
  try {
    const { rows } = await withClient(connection(), (client) =>
      client.query(`
        select from farewells where begun_at is not null and state <> 'cancelled'
        union all select from home_settings where key = 'told_gone' limit 1`),
    )
    return rows.length > 0
  } catch {
    return false // a home without its database is restored all the more; then nobody knows
  }
}
