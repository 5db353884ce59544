/** Rows to work on and a runner to work with, for the tests of the engine. */
import type { TestContext } from 'node:test'
import { sql } from 'kysely'
import { systemClock } from '../../../server/core/clock.ts'
import { createLogger } from '../../../server/core/log.ts'
import type { Database } from '../../../server/db/pool.ts'
import type { Row } from '../../../server/db/tables.ts'
import { Claims, workerTag } from '../../../server/stator/claim.ts'
import type { Graph, GraphWork } from '../../../server/stator/graph.ts'
import { type Runner, type RunnerOptions, createRunner } from '../../../server/stator/runner.ts'

export const silent = createLogger('test', 'silent')

type Overrides = Partial<Omit<RunnerOptions, 'db' | 'graphs'>>

/** A runner that is stopped after the test; not started. */
export function runnerFor(
  t: TestContext,
  db: Database,
  graphs: readonly GraphWork[],
  options: Overrides = {},
): Runner {
  const runner = createRunner({
    db,
    listener: null,
    graphs,
    concurrency: 20,
    concurrencyPerModel: 4,
    concurrencyPerHost: 4,
    clock: systemClock,
    log: silent,
    ...options,
  })
  t.after(async () => runner.stop())
  return runner
}

interface MessageRows {
  readonly state?: string
  readonly host?: string
  readonly priority?: number
  /** Seconds from now; null for never. */
  readonly dueInSeconds?: number | null
  /** How long ago the state was entered. */
  readonly changedSecondsAgo?: number
}

/** Stores rows of inbox_messages, which hang on no other table. @returns their ids in order */
export async function addMessages(db: Database, count: number, options: MessageRows = {}): Promise<string[]> {
  const { state = 'received', host = 'peer.example', priority = 1, changedSecondsAgo = 0 } = options
  const dueInSeconds = options.dueInSeconds === undefined ? 0 : options.dueInSeconds
  const { rows } = await sql<{ id: string }>`
    insert into inbox_messages (signer_uri, activity_id, activity_type, host, state, state_priority,
                                state_changed_at, state_next_attempt_at)
    select 'https://' || ${host}::text || '/actor', gen_random_uuid()::text, 'Create', ${host}, ${state}, ${priority},
           now() - ${changedSecondsAgo}::float8 * interval '1 second',
           now() + ${dueInSeconds}::float8 * interval '1 second'
      from generate_series(1, ${count})
    returning id`.execute(db)
  return rows.map((row) => row.id).sort((a, b) => Number(BigInt(a) - BigInt(b)))
}

export async function message(db: Database, id: string): Promise<Row<'inbox_messages'>> {
  return db.selectFrom('inbox_messages').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

/** How many messages are in each state. */
export async function countByState(db: Database): Promise<Record<string, number>> {
  const rows = await db
    .selectFrom('inbox_messages')
    .select(['state', sql<number>`count(*)::int`.as('count')])
    .groupBy('state')
    .execute()
  return Object.fromEntries(rows.map((row) => [row.state, row.count]))
}

/** A promise to be settled from outside, and whether somebody waits for it. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}

/** Claims as a worker that dies at once: its lease is over with the next statement. @returns the keys it held */
export async function claimAndDie(db: Database, graph: Graph, limit = 100): Promise<string[]> {
  const request = { leaseSeconds: 0, limit, aheadSeconds: 0, exceptKeys: [], isOwnOnly: false }
  const { tasks } = await new Claims(graph, workerTag(undefined)).take(
    db,
    request,
    { rooms: new Map(), room: limit },
    0,
  )
  return tasks.map((task) => task.key)
}
