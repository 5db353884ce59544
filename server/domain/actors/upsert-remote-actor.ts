/**
 * Stores actors of other servers with their keys, set-wise. Rows of this home are never touched, and a key id never
 * moves from one actor to another.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Row, StoredEmoji, StoredField } from '../../db/tables.ts'
import { notify } from '../../db/transaction.ts'
import { noteEmojis } from '../emojis/note-emojis.ts'
import type { Actor } from './actor.ts'

export interface RemoteKeyRecord {
  readonly keyUri: string
  readonly algorithm: Row<'actor_keys'>['algorithm']
  /** SPKI, PEM. */
  readonly publicKeyPem: string
  /** Its owner lists it for proofs inside of objects. */
  readonly isAssertionMethod: boolean
}

/** An actor as its origin describes it; texts are clean and HTML is sanitised already. */
export interface RemoteActorRecord {
  readonly uri: string
  readonly kind: string
  /** Canonical host of the URI. */
  readonly host: string
  readonly username: string
  /** Confirmed by WebFinger both ways, else the host (rule 23). */
  readonly handleDomain: string
  /** False leaves the row marked as never read, so that it is read in full once somebody looks at it. */
  readonly isComplete: boolean
  readonly displayName: string
  readonly bioHtml: string
  readonly pageUrl: string | null
  readonly iconUrl: string | null
  readonly iconDescription: string
  readonly headerUrl: string | null
  readonly headerDescription: string
  readonly fields: readonly StoredField[]
  readonly emojis: readonly StoredEmoji[]
  readonly inboxUri: string
  readonly sharedInboxUri: string | null
  readonly outboxUri: string | null
  readonly followersUri: string | null
  readonly followingUri: string | null
  readonly featuredUri: string | null
  readonly featuredTagsUri: string | null
  readonly alsoKnownAs: readonly string[]
  readonly movedToUri: string | null
  readonly isLocked: boolean
  readonly isDiscoverable: boolean
  readonly isIndexable: boolean
  readonly isMemorial: boolean
  readonly publishedAt: Date | null
  readonly keys: readonly RemoteKeyRecord[]
}

export interface UpsertOptions {
  /**
   * Allows a key that is stored already to change: after a signature failed with it. Otherwise it changes only once it
   * is a day old (rule 10).
   */
  readonly replacesKeys?: boolean
}

/** Tells every process to forget the keys of other servers' actors that it keeps in memory. */
export const REMOTE_KEYS_CHANGED = 'remote-keys'

/** A stored key may be replaced by what its owner publishes once it is this old. */
const KEY_EXPIRY = sql`interval '24 hours'`

/**
 * @returns the stored rows by URI; a record whose URI belongs to this home is left out
 */
export async function upsertRemoteActors(
  tx: Transaction,
  records: readonly RemoteActorRecord[],
  now: Date,
  options: UpsertOptions = {},
): Promise<Map<string, Actor>> {
  if (records.length === 0) return new Map()
  const given = [...new Map(records.map((record) => [record.uri, record])).values()]
  const { rows } = await sql<Actor>`
    insert into actors (${COLUMNS}, fetched_at)
    select ${COLUMNS}, case when is_complete then ${now}::timestamptz end
      from jsonb_to_recordset(${JSON.stringify(given.map(columnsOf))}::jsonb) as given (${DEFINITION}, is_complete boolean)
     order by uri
        on conflict (uri) do update set ${ASSIGNMENTS},
           fetched_at = coalesce(excluded.fetched_at, actors.fetched_at), gone_at = null
     where actors.domain_id is null
    returning *`.execute(tx)
  const actors = new Map(rows.map((row) => [row.uri, row]))
  await storeKeys(tx, given, actors, options)
  await noteEmojis(
    tx,
    given.flatMap(({ emojis, host }) => emojis.map((emoji) => ({ ...emoji, signerHost: host }))),
  )
  return actors
}

const DEFINITIONS = {
  uri: 'text',
  kind: 'text',
  host: 'text',
  username: 'text',
  handle_domain: 'text',
  display_name: 'text',
  bio_html: 'text',
  page_url: 'text',
  icon_url: 'text',
  icon_description: 'text',
  header_url: 'text',
  header_description: 'text',
  fields: 'jsonb',
  emojis: 'jsonb',
  inbox_uri: 'text',
  shared_inbox_uri: 'text',
  outbox_uri: 'text',
  followers_uri: 'text',
  following_uri: 'text',
  featured_uri: 'text',
  featured_tags_uri: 'text',
  also_known_as: 'text[]',
  moved_to_uri: 'text',
  is_locked: 'boolean',
  is_discoverable: 'boolean',
  is_indexable: 'boolean',
  is_memorial: 'boolean',
  published_at: 'timestamptz',
} as const

type ColumnName = keyof typeof DEFINITIONS

const NAMES = Object.keys(DEFINITIONS) as ColumnName[]
const COLUMNS = sql.join(NAMES.map((name) => sql.ref(name)))
const DEFINITION = sql.raw(NAMES.map((name) => `${name} ${DEFINITIONS[name]}`).join(', '))
/** Fields that are what they were keep the mark of their proof, of which their origin knows nothing. */
const MARKED_FIELDS = sql`(
  select coalesce(jsonb_agg(case when mark.at is null then field.value
                                 else field.value || jsonb_build_object('verifiedAt', mark.at) end
                            order by field.ordinality), '[]')
    from jsonb_array_elements(excluded.fields) with ordinality as field (value, ordinality)
    left join lateral (
           select former.value -> 'verifiedAt' as at from jsonb_array_elements(actors.fields) as former (value)
            where former.value ->> 'value' = field.value ->> 'value' and former.value ->> 'verifiedAt' is not null
            limit 1) as mark on true)`

const ASSIGNMENTS: RawBuilder<unknown> = sql.join(
  NAMES.filter((name) => name !== 'uri').map((name) => {
    // A handle that was confirmed once is not taken back by a reading that did not ask.
    const value = `excluded.${name}`
    if (name === 'fields') return sql`fields = ${MARKED_FIELDS}`
    if (name !== 'handle_domain') return sql`${sql.ref(name)} = ${sql.ref(value)}`
    return sql`handle_domain = case when excluded.fetched_at is null and actors.fetched_at is not null
                                    then actors.handle_domain else excluded.handle_domain end`
  }),
)

function columnsOf(record: RemoteActorRecord): Record<ColumnName | 'is_complete', unknown> {
  return {
    uri: record.uri,
    kind: record.kind,
    host: record.host,
    username: record.username,
    handle_domain: record.handleDomain,
    is_complete: record.isComplete,
    display_name: record.displayName,
    bio_html: record.bioHtml,
    page_url: record.pageUrl,
    icon_url: record.iconUrl,
    icon_description: record.iconDescription,
    header_url: record.headerUrl,
    header_description: record.headerDescription,
    fields: record.fields,
    emojis: record.emojis,
    inbox_uri: record.inboxUri,
    shared_inbox_uri: record.sharedInboxUri,
    outbox_uri: record.outboxUri,
    followers_uri: record.followersUri,
    following_uri: record.followingUri,
    featured_uri: record.featuredUri,
    featured_tags_uri: record.featuredTagsUri,
    also_known_as: record.alsoKnownAs,
    moved_to_uri: record.movedToUri,
    is_locked: record.isLocked,
    is_discoverable: record.isDiscoverable,
    is_indexable: record.isIndexable,
    is_memorial: record.isMemorial,
    published_at: record.publishedAt,
  }
}

/** Adds keys, replaces those that may be replaced, and revokes those that their owner no longer lists. */
async function storeKeys(
  tx: Transaction,
  records: readonly RemoteActorRecord[],
  actors: ReadonlyMap<string, Actor>,
  options: UpsertOptions,
): Promise<void> {
  const keys = new Map<string, object>()
  for (const record of records) {
    const actorId = actors.get(record.uri)?.id
    if (actorId === undefined) continue
    for (const key of record.keys) if (!keys.has(key.keyUri)) keys.set(key.keyUri, { ...key, actorId })
  }
  const { rows } = await sql<{ changed: number }>`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify([...keys.values()])}::jsonb)
          as given ("keyUri" text, "actorId" bigint, algorithm text, "publicKeyPem" text, "isAssertionMethod" boolean)
    ), gone as (
      update actor_keys set revoked_at = now()
       where actor_id = any(${[...actors.values()].map(({ id }) => id)}::bigint[]) and private_key_pem is null
         and revoked_at is null and key_uri not in (select "keyUri" from given)
      returning 1
    ), stored as (
      insert into actor_keys (key_uri, actor_id, algorithm, public_key_pem, is_assertion_method)
      select "keyUri", "actorId", algorithm, "publicKeyPem", "isAssertionMethod" from given
          on conflict (key_uri) do update
             set algorithm = excluded.algorithm, public_key_pem = excluded.public_key_pem, fetched_at = now(),
                 is_assertion_method = excluded.is_assertion_method, revoked_at = null
           where actor_keys.actor_id = excluded.actor_id and actor_keys.private_key_pem is null
             and (actor_keys.revoked_at is not null
                  or actor_keys.is_assertion_method <> excluded.is_assertion_method
                     and actor_keys.public_key_pem = excluded.public_key_pem
                  or actor_keys.public_key_pem <> excluded.public_key_pem
                     and (${options.replacesKeys === true} or actor_keys.fetched_at < now() - ${KEY_EXPIRY}))
      returning xmax
    )
    select ((select count(*) from gone) + (select count(*) from stored where xmax <> 0))::integer as changed`.execute(
    tx,
  )
  if ((rows[0]?.changed ?? 0) > 0) await notify(tx, 'changed', REMOTE_KEYS_CHANGED)
}
