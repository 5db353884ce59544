/**
 * What the edge in front of the home is known to do. Only what was measured within the last day is believed: a setting at
 * the other end may change at any time. The alarm alone stands until a measurement takes it back.
 * @see the tunnel page, sections 1 and 4
 */
import type { EdgeMeasurement } from '../../contracts/edge.ts'
import type { Database, Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { inTransaction, notify } from '../../db/transaction.ts'

/** The way in that tunnels and proxies lead to. */
export const PUBLIC_EDGE = 'public'

/** What is found out in the same look, and asked for elsewhere. */
export interface MeasuredEdge extends EdgeMeasurement {
  /** Asks the home by another name than visitors ask for. Null: not found out. */
  readonly rewritesHost?: boolean | null
}

export interface Edge extends EdgeMeasurement {
  readonly rewritesHost: boolean
  readonly measuredAt: Date | null
  /** When something that was purged was last seen to be gone. */
  readonly purgeProvenAt: Date | null
}

/** What answers may rely on now; without a fresh proof everything is false. */
export interface ProvenEdge {
  readonly honoursQuery: boolean
  readonly honoursVary: boolean
  readonly purges: boolean
}

export const UNMEASURED_EDGE: Edge = {
  caches: null,
  honoursVary: null,
  honoursNoStore: null,
  honoursQuery: null,
  passesAccept: null,
  passesWebSocket: null,
  maxBody: null,
  rewritesHost: false,
  measuredAt: null,
  purgeProvenAt: null,
}

export const NOTHING_PROVEN: ProvenEdge = { honoursQuery: false, honoursVary: false, purges: false }

export const EDGE_ALARM = 'Your CDN keeps private answers. Turn off its own lifetimes.'

const BELIEVED_MS = 86_400_000

/** One statement. */
export async function readEdge(db: Querier, name: string): Promise<Edge> {
  const row = await db.selectFrom('edges').selectAll().where('name', '=', name).executeTakeFirst()
  return row === undefined ? UNMEASURED_EDGE : edgeFrom(row)
}

function edgeFrom(row: Row<'edges'>): Edge {
  return {
    caches: row.caches,
    honoursVary: row.honours_vary,
    honoursNoStore: row.honours_no_store,
    honoursQuery: row.honours_query,
    passesAccept: row.passes_accept,
    passesWebSocket: row.passes_web_socket,
    maxBody: row.max_body === null ? null : Number(row.max_body),
    rewritesHost: row.rewrites_host,
    measuredAt: row.measured_at,
    purgeProvenAt: row.purge_proven_at,
  }
}

/**
 * Whole, in place of the one before: what was not measured this time is not known any more, but for the alarm and for the
 * name by which the home is asked.
 */
export async function recordMeasurement(
  db: Database,
  name: string,
  measured: MeasuredEdge,
  now: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const before = await readEdge(tx, name)
    const facts = {
      caches: measured.caches,
      honours_vary: measured.honoursVary,
      honours_no_store: measured.honoursNoStore ?? (before.honoursNoStore === false ? false : null),
      honours_query: measured.honoursQuery,
      passes_accept: measured.passesAccept,
      passes_web_socket: measured.passesWebSocket,
      max_body: measured.maxBody === null ? null : String(measured.maxBody),
      rewrites_host: measured.rewritesHost ?? before.rewritesHost,
      measured_at: now,
    }
    await tx
      .insertInto('edges')
      .values({ name, ...facts })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(facts))
      .execute()
    await notify(tx, 'changed', 'edges')
  })
}

/** @param at  when something that was purged was seen to be gone; null where it was seen to be there still */
export async function recordPurgeProof(db: Database, name: string, at: Date | null): Promise<void> {
  await inTransaction(db, async (tx) => {
    const fact = { purge_proven_at: at }
    await tx
      .insertInto('edges')
      .values({ name, ...fact })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(fact))
      .execute()
    await notify(tx, 'changed', 'edges')
  })
}

export function provenEdge(edge: Edge, nowMs: number): ProvenEdge {
  const isBelieved = isFresh(edge.measuredAt, nowMs)
  const purges = isFresh(edge.purgeProvenAt, nowMs)
  // What keeps private answers is relied on for nothing.
  if (isAlarming(edge) || (!isBelieved && !purges)) return NOTHING_PROVEN
  return {
    honoursQuery: isBelieved && edge.honoursQuery === true,
    honoursVary: isBelieved && edge.honoursVary === true && edge.passesAccept === true,
    purges,
  }
}

export const isAlarming = ({ honoursNoStore }: Pick<Edge, 'honoursNoStore'>): boolean =>
  honoursNoStore === false

/** A proof of tomorrow is that of a clock that was wrong. */
const isFresh = (at: Date | null, nowMs: number): boolean =>
  at !== null && nowMs - at.getTime() < BELIEVED_MS && at.getTime() <= nowMs + BELIEVED_MS
