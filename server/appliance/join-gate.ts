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
  // Always in this order, so that no two wait for each other.
  const sessions = common === null ? [own] : [common, own]
  return {
    pass: async (work) => held(sessions, work),
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
    return null
  }
}

async function held<T>(sessions: readonly Session[], work: () => Promise<T>): Promise<T> {
  const [session, ...rest] = sessions
  if (session === undefined) return work()
  await session.query('select pg_advisory_lock($1)', [JOIN_LOCK])
  try {
    return await held(rest, work)
  } finally {
    await session.query('select pg_advisory_unlock($1)', [JOIN_LOCK])
  }
}
