/** The rows of received activities: stored once each, marked when they had no effect. */
import { type RawBuilder, sql } from 'kysely'
import type { Database, Transaction } from '../../db/pool.ts'

/** A verified activity on its way into the table. */
export interface ReceivedMessage {
  readonly signerUri: string
  /** Id of the activity, on the signer's origin, or `sha256:` and the digest of the body. */
  readonly activityId: string
  readonly activityType: string
  readonly host: string
  readonly body: string
}

/**
 * Stores any number with one statement, which commits by itself and wakes the workers. What is known already is left
 * alone: an activity counts once (rule 33).
 */
export async function receiveMessages(db: Database, messages: readonly ReceivedMessage[]): Promise<void> {
  if (messages.length === 0) return
  await sql`
    with received as (
      insert into inbox_messages (signer_uri, activity_id, activity_type, host, body)
      select * from unnest(${columns(messages, 'signerUri')}, ${columns(messages, 'activityId')},
                           ${columns(messages, 'activityType')}, ${columns(messages, 'host')}, ${columns(messages, 'body')})
          on conflict (signer_uri, activity_id) do nothing
      returning 1
    )
    select pg_notify('stator', 'inbox_messages') where exists (select 1 from received)`.execute(db)
}

function columns(messages: readonly ReceivedMessage[], name: keyof ReceivedMessage): RawBuilder<unknown> {
  return sql`${messages.map((message) => message[name])}::text[]`
}

/** @param reasons  by id of the message: why it had no effect, for the inspector */
export async function noteDropped(tx: Transaction, reasons: ReadonlyMap<string, string>): Promise<void> {
  if (reasons.size === 0) return
  await sql`
    update inbox_messages set dropped_because = given.reason
      from unnest(${[...reasons.keys()]}::bigint[], ${[...reasons.values()]}::text[]) as given (id, reason)
     where inbox_messages.id = given.id`.execute(tx)
}
