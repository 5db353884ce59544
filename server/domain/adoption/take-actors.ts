/** Everybody else whom the old server knew. They are as old here as they were there, and read again when they are looked at. */
import { createPublicKey } from 'node:crypto'
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { hostOf } from '../../net/origin.ts'
import {
  type RemoteActorRecord,
  type RemoteKeyRecord,
  upsertRemoteActors,
} from '../actors/upsert-remote-actor.ts'
import { cleanLine } from '../text/clean-text.ts'
import { linkTarget } from '../text/html-attributes.ts'
import { sanitizeHtml } from '../text/sanitize-html.ts'
import { htmlToPlainText } from '../text/plain-text.ts'
import type { Source } from './source.ts'
import { type AdoptionStep, type Tally, addTo, countOf } from './step.ts'
import { kindOf, pairsIn, urisIn } from './take-identities.ts'

interface ActorRow {
  readonly id: string
  readonly actor_uri: string
  readonly username: string | null
  readonly domain: string | null
  readonly name: string | null
  readonly summary: string | null
  readonly locked: boolean | null
  readonly discoverable: boolean
  readonly indexable: boolean
  readonly profile_uri: string | null
  readonly inbox_uri: string | null
  readonly shared_inbox_uri: string | null
  readonly outbox_uri: string | null
  readonly followers_uri: string | null
  readonly following_uri: string | null
  readonly featured_collection_uri: string | null
  readonly icon_uri: string | null
  readonly image_uri: string | null
  readonly actor_type: string
  readonly metadata: unknown
  readonly aliases: unknown
  readonly public_key: string | null
  readonly public_key_id: string | null
  readonly created: Date
  readonly fetched: Date | null
}

const MAX_NAME = 500
const MAX_FIELD = 2_000

export const takeActors: AdoptionStep<ActorRow> = {
  name: 'actors',
  batch: 200,
  count: async ({ source }) => countOf(source, 'users_identity where not local'),
  read: async ({ source }, after, limit) =>
    source.read<ActorRow>(selectActors(source), [after === '' ? '-1' : after, limit]),
  keyOf: ({ id }) => id,
  async take(tx, { now }, rows) {
    const taken: Tally = {}
    const leftOut: Tally = {}
    const known = rows.flatMap((row) => {
      const record = recordOf(row)
      return record === null ? [] : [{ row, record }]
    })
    const stored = await upsertRemoteActors(
      tx,
      known.map(({ record }) => record),
      now,
    )
    await keepAges(
      tx,
      known.map(({ row }) => row),
    )
    addTo(taken, 'actors', stored.size)
    addTo(leftOut, 'actors_never_read', rows.length - stored.size)
    return { taken, leftOut }
  },
}

function selectActors(source: Source): string {
  const field = (column: string, otherwise?: string): string =>
    `${source.field('users_identity', 'i', column, otherwise)} as ${column}`
  const texts = [
    ...([
      'name',
      'summary',
      'profile_uri',
      'inbox_uri',
      'shared_inbox_uri',
      'outbox_uri',
      'followers_uri',
    ] as const),
    ...([
      'following_uri',
      'featured_collection_uri',
      'icon_uri',
      'image_uri',
      'metadata',
      'aliases',
    ] as const),
    ...(['public_key_id'] as const),
  ]
  return `
    select i.id, i.actor_uri, i.username, i.domain_id as domain, i.public_key,
           ${source.field('users_identity', 'i', 'manually_approves_followers', 'false')} as locked,
           ${texts.map((name) => field(name)).join(', ')}, ${field('discoverable', 'true')}, ${field('indexable', 'false')},
           ${field('actor_type', "'person'")}, ${field('created', 'now()')}, ${field('fetched', 'null::timestamptz')}
      from users_identity i where not i.local and i.id > $1 order by i.id limit $2`
}

/** Null for one that the old server only ever had the address of. */
function recordOf(row: ActorRow): RemoteActorRecord | null {
  const host = hostOf(row.actor_uri)
  if (host === undefined || row.username === null || row.username === '' || !row.inbox_uri) return null
  return {
    uri: row.actor_uri,
    kind: kindOf(row.actor_type),
    host,
    username: row.username,
    handleDomain: row.domain?.toLowerCase() ?? host,
    isComplete: true,
    displayName: cleanLine(row.name ?? '', MAX_NAME),
    bioHtml: sanitizeHtml(row.summary ?? ''),
    // What the old server heard is not checked there: only an address of the web is ever shown.
    pageUrl: linkTarget(row.profile_uri ?? ''),
    iconUrl: linkTarget(row.icon_uri ?? ''),
    iconDescription: '',
    headerUrl: linkTarget(row.image_uri ?? ''),
    headerDescription: '',
    fields: pairsIn(row.metadata).map(({ name, value }) => ({
      name: cleanLine(htmlToPlainText(name), MAX_FIELD),
      value: sanitizeHtml(value, MAX_FIELD * 4),
    })),
    emojis: [],
    inboxUri: row.inbox_uri,
    sharedInboxUri: row.shared_inbox_uri || null,
    outboxUri: row.outbox_uri || null,
    followersUri: row.followers_uri || null,
    followingUri: row.following_uri || null,
    featuredUri: row.featured_collection_uri || null,
    featuredTagsUri: null,
    alsoKnownAs: urisIn(row.aliases),
    movedToUri: null,
    isLocked: row.locked === true,
    isDiscoverable: row.discoverable,
    isIndexable: row.indexable,
    isMemorial: false,
    publishedAt: null,
    keys: keysOf(row),
  }
}

/** A key that is called after another server is nobody's here. */
function keysOf({ actor_uri: uri, public_key: pem, public_key_id: keyUri }: ActorRow): RemoteKeyRecord[] {
  if (pem === null || keyUri === null || hostOf(keyUri) !== hostOf(uri)) return []
  try {
    const algorithm = createPublicKey(pem).asymmetricKeyType
    if (algorithm !== 'rsa' && algorithm !== 'ed25519') return []
    return [{ keyUri, algorithm, publicKeyPem: pem, isAssertionMethod: false }]
  } catch {
    return [] // it is fetched anew when somebody signs with it
  }
}

async function keepAges(tx: Transaction, rows: readonly ActorRow[]): Promise<void> {
  await sql`
    update actors set fetched_at = least(coalesce(given.fetched, given.created), now()), created_at = given.created
      from unnest(${rows.map((row) => row.actor_uri)}::text[], ${rows.map((row) => row.fetched)}::timestamptz[],
                  ${rows.map((row) => row.created)}::timestamptz[]) as given (uri, fetched, created)
     where actors.uri = given.uri and actors.domain_id is null`.execute(tx)
}
