/** Sends Stator's fixed SQL, whose text is made once for each graph. */
import { CompiledQuery } from 'kysely'
import type { Querier } from '../db/pool.ts'

/** @throws the driver's errors, as they are */
export async function send<R>(db: Querier, text: string, parameters: readonly unknown[]): Promise<R[]> {
  const { rows } = await db.executeQuery<R>(CompiledQuery.raw(text, [...parameters]))
  return rows
}

/** Like `send`, for statements without `returning`. @returns how many rows changed */
export async function sendForCount(
  db: Querier,
  text: string,
  parameters: readonly unknown[],
): Promise<number> {
  const { numAffectedRows } = await db.executeQuery(CompiledQuery.raw(text, [...parameters]))
  return Number(numAffectedRows ?? 0)
}

/** A name as SQL writes it. Names come from declarations, never from outside. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text as SQL writes it. Texts come from declarations, never from outside. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
