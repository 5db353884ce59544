/** The browsers in which the window is signed in: listed, signed out, and proved anew before the sign-in itself is changed. */
import type { Querier, Transaction } from '../../db/pool.ts'
import { notify } from '../../db/transaction.ts'

/** So long a proof is good for changes of the sign-in. */
const PROOF_MS = 600_000

export interface ListedSession {
  /** Names it; not secret. */
  readonly publicId: string
  readonly userAgent: string
  readonly createdAt: Date
  /** Known to ten minutes. */
  readonly lastUsedAt: Date
}

/** Those that are alive, the latest used first. */
export async function listOwnerSessions(db: Querier, now: Date): Promise<ListedSession[]> {
  const rows = await db
    .selectFrom('owner_sessions')
    .select(['public_id', 'user_agent', 'created_at', 'last_used_at'])
    .where('kind', '=', 'window')
    .where('expires_at', '>', now)
    .orderBy('last_used_at', 'desc')
    .limit(200)
    .execute()
  return rows.map((row) => ({
    publicId: row.public_id,
    userAgent: row.user_agent,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  }))
}

/** Signs every browser out but one, on both listeners, and forgets those from which somebody signed in before. */
export async function endOtherSessions(tx: Transaction, keptPublicId: string): Promise<void> {
  await tx.deleteFrom('owner_sessions').where('public_id', '!=', keptPublicId).execute()
  await tx.deleteFrom('known_devices').execute()
  await notify(tx, 'changed', 'sessions')
}

/** @returns until when the proof is good */
export async function proveSession(db: Querier, publicId: string, now: Date): Promise<Date> {
  await db.updateTable('owner_sessions').set({ proved_at: now }).where('public_id', '=', publicId).execute()
  return new Date(now.getTime() + PROOF_MS)
}

/** Until when a proof is good; null where there is none, or not any more. */
export function provedUntil(provedAt: Date | null, now: Date): Date | null {
  if (provedAt === null) return null
  const until = new Date(provedAt.getTime() + PROOF_MS)
  return until > now ? until : null
}
