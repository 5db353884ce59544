/**
 * Statements that are sent again and again are planned once for each connection: what is written the same way for the
 * twentieth time gets a name. Planning a page of a timeline takes longer than reading it.
 * @see PostgreSQL manual, PREPARE: the planner decides by itself when one plan is good for all parameters
 */
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import { boundedMap } from '../core/bounded-map.ts'
import { type SpanStart, type Tracer, traced } from '../core/tracer.ts'
import type pg from 'pg'
import type { SilenceGuard } from './silent-statement.ts'
import { shapeOf } from './statement-shape.ts'

/** A one-off is not worth the memory of a plan. */
const NAMED_AFTER = 20
/** Without parameters there is one plan for all times, which is kept by the first statement that has a name. */
const UNCHANGING_NAMED_AFTER = 2
/** What begins so never has a name: it is sent now and then for as long as the process lives, and would have them all one day. */
export const SELDOM = '/* seldom */'
/** Each connection keeps the plans of all names it has used. */
const MOST_NAMES = 64
const MOST_COUNTED = 2_000

/** The pool as Kysely uses it. */
export function preparingPool(
  pool: pg.Pool,
  guard: SilenceGuard,
  tracer: Tracer | null = null,
): PostgresPool {
  const parts = { names: new StatementNames(), guard, tracer }
  const wrapped = new WeakMap<pg.PoolClient, PostgresPoolClient>()
  return {
    async connect() {
      const client = await pool.connect()
      const kept = wrapped.get(client)
      if (kept !== undefined) return kept
      const preparing = prepare(client, parts)
      wrapped.set(client, preparing)
      return preparing
    },
    end: async () => pool.end(),
    options: pool.options,
  }
}

interface Parts {
  readonly names: StatementNames
  readonly guard: SilenceGuard
  readonly tracer: Tracer | null
}

function prepare(client: pg.PoolClient, { names, guard, tracer }: Parts): PostgresPoolClient {
  // Kysely asks the client for more than its query: cursors and the number of its server process.
  return new Proxy(client, {
    get(target, member) {
      if (member === 'query') return query
      const value: unknown = Reflect.get(target, member, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })

  async function query(text: unknown, values?: readonly unknown[]): Promise<PostgresQueryResult<unknown>> {
    if (tracer === null || typeof text !== 'string') return send(text, values)
    return traced(
      tracer,
      () => spanOf(text),
      async () => send(text, values),
    )
  }

  async function send(text: unknown, values?: readonly unknown[]): Promise<PostgresQueryResult<unknown>> {
    const name = typeof text === 'string' && values !== undefined ? names.nameOf(text, values.length) : null
    const sent =
      name === null
        ? client.query(text as string, values === undefined ? undefined : [...values])
        : client.query({ name, text: text as string, values: [...(values ?? [])] })
    return guard.watch(client, text, sent as Promise<PostgresQueryResult<unknown>>)
  }
}

/** @see OpenTelemetry's conventions for database spans */
function spanOf(statement: string): SpanStart {
  const { name, text } = shapeOf(statement)
  return { name, kind: 'client', facts: { 'db.system.name': 'postgresql', 'db.query.text': text } }
}

class StatementNames {
  readonly #counts = boundedMap<string, number>({ max: MOST_COUNTED })
  readonly #names = new Map<string, string>()

  /** The same text always has the same name, in every connection of this process; null for a text without one. */
  nameOf(text: string, parameters: number): string | null {
    const known = this.#names.get(text)
    if (known !== undefined) return known
    if (this.#names.size >= MOST_NAMES || text.startsWith(SELDOM)) return null
    const count = (this.#counts.get(text) ?? 0) + 1
    this.#counts.set(text, count)
    if (count < (parameters === 0 ? UNCHANGING_NAMED_AFTER : NAMED_AFTER)) return null
    const name = `homebird_${this.#names.size + 1}`
    this.#names.set(text, name)
    return name
  }
}
