/** The rows of received activities: stored once each, marked when they had no effect. */
import { type RawBuilder, sql } from 'kysely'
import type { FollowOffer, ProofVerdict } from '../../db/tables.ts'
import type { Database, Transaction } from '../../db/pool.ts'

/** A verified activity on its way into the table. */
export interface ReceivedMessage {
  readonly signerUri: string
  /** Id of the activity, on the signer's origin, or `sha256:` and the digest of the body. */
  readonly activityId: string
  readonly activityType: string
  readonly host: string
  readonly body: string
  /** What its request was signed with, and how. */
  readonly keyUri: string
  readonly scheme: 'cavage' | 'rfc9421'
  readonly objectUri: string | null
  /** Signed with the request; what it says is compared by the worker. */
  readonly followOffer: FollowOffer | null
}

/**
 * Stores any number with one statement, which commits by itself and wakes the workers. What is known already is left
 * alone: an activity counts once (rule 33).
 */
export async function receiveMessages(db: Database, messages: readonly ReceivedMessage[]): Promise<void> {
  if (messages.length === 0) return
  await sql`
    with received as (
      insert into inbox_messages (signer_uri, activity_id, activity_type, host, body, key_uri, scheme, object_uri,
                                  follow_offer)
      select * from unnest(${columns(messages, 'signerUri')}, ${columns(messages, 'activityId')},
                           ${columns(messages, 'activityType')}, ${columns(messages, 'host')}, ${columns(messages, 'body')},
                           ${columns(messages, 'keyUri')}, ${columns(messages, 'scheme')},
                           ${columns(messages, 'objectUri')}, ${offers(messages)})
          on conflict (signer_uri, activity_id) do nothing
      returning 1
    )
    select pg_notify('stator', 'inbox_messages') where exists (select 1 from received)`.execute(db)
}

function columns(messages: readonly ReceivedMessage[], name: keyof ReceivedMessage): RawBuilder<unknown> {
  return sql`${messages.map((message) => message[name])}::text[]`
}

function offers(messages: readonly ReceivedMessage[]): RawBuilder<unknown> {
  const texts = messages.map(({ followOffer }) => (followOffer === null ? null : JSON.stringify(followOffer)))
  return sql`${texts}::jsonb[]`
}

/** What the inspector shows of a message that is settled. */
export interface Finding {
  readonly id: string
  /** Why it had no effect; null where it had. */
  readonly droppedBecause: string | null
  readonly proof: ProofVerdict | null
  /** How often it was tried; null for once. */
  readonly tries: number | null
}

/** One statement, and none where there is nothing to tell. */
export async function noteFindings(tx: Transaction, findings: readonly Finding[]): Promise<void> {
  if (findings.length === 0) return
  await sql`
    update inbox_messages
       set dropped_because = given."droppedBecause", proof = given.proof, tries = given.tries
      from jsonb_to_recordset(${JSON.stringify(findings)}::jsonb)
             as given (id bigint, "droppedBecause" text, proof text, tries integer)
     where inbox_messages.id = given.id`.execute(tx)
}
