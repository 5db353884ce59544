/** Notes a file of the old server by the path it had there: taken over in its own step, led to by its old address for ever. */
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'

export async function noteFile(
  tx: Transaction,
  path: string | null,
  purpose: Row<'adopted_files'>['purpose'],
  rowId: string,
): Promise<void> {
  if (path === null || path === '') return
  await tx
    .insertInto('adopted_files')
    .values({ path, purpose, row_id: rowId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
