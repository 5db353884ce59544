/**
 * One machine at a time looks at what the others hold of a PostgreSQL and takes its share. Such locks belong to a database, and
 * connections to the whole server: it is held in the database that every server has too, so that machines of several homes on one
 * server stand in one line.
 */
import type { DatabaseConnection } from '../contracts/child-message.ts'
import { ADVISORY_LOCK } from '../core/advisory-locks.ts'
import { type Session, openSession } from '../db/connection.ts'

const JOIN_LOCK = ADVISORY_LOCK.joinMachines
/** Of every server; a user may not be let in. */
const COMMON_DATABASE = 'postgres'

export interface JoinGate {
  /** @throws what the work throws, and the driver's errors */
  pass<T>(work: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** @param own  a session in the database of the home, which stays open */
export async function openJoinGate(own: Session, connection: DatabaseConnection): Promise<JoinGate> {
  const common = connection.database === COMMON_DATABASE ? null : await openCommon(connection)
  return {
    // Always in this order, so that no two wait for each other.
    pass: async (work) => {
      // Without the common lock the one of this home still holds; see `openCommon`.
      const leave = common === null ? null : await enter(common).catch(() => null)
      try {
        return await held(own, work)
      } finally {
        await leave?.()
      }
    },
    close: async () => common?.close(),
  }
}

async function openCommon(connection: DatabaseConnection): Promise<Session | null> {
  try {
    return await openSession(
      { ...connection, database: COMMON_DATABASE },
      { applicationName: 'homebird supervisor' },
    )
  } catch {
    // It is not there, or this user may not enter: then the machines of this home stand in line, and other homes do not.
    // Neither do they where somebody who is let in there holds the lock for longer than a session waits.
    return null
  }
}

/** @returns what gives the lock back */
async function enter(session: Session): Promise<() => Promise<void>> {
  await session.query('select pg_advisory_lock($1)', [JOIN_LOCK])
  // A session that has ended meanwhile holds nothing, so a failure leaves no lock behind.
  return async () =>
    void (await session.query('select pg_advisory_unlock($1)', [JOIN_LOCK]).catch(() => null))
}

async function held<T>(session: Session, work: () => Promise<T>): Promise<T> {
  const leave = await enter(session)
  try {
    return await work()
  } finally {
    await leave()
  }
}
