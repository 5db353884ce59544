/** The identities of the owner: any number, each on a domain of the home, each with keys of its own. */
import { sql } from 'kysely'
import type { Clock } from '../../core/clock.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Database, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { inTransaction, isUniqueViolation, notify } from '../../db/transaction.ts'
import { refuseAfterFarewell } from '../farewells/farewell.ts'
import { cleanLine } from '../text/clean-text.ts'
import { type ActorKeyPairs, generateActorKeys, insertActorKeys } from './keys.ts'
import { identityUris, instanceActorUris, originOfHost } from './own-uris.ts'

export const MAX_DISPLAY_NAME_LENGTH = 100

/**
 * @returns the same name without surrounding blanks and a leading `@`
 * @throws HomebirdError UNPROCESSABLE when it is not 1 to 30 of a-z, 0-9 and _
 */
export function parseUsername(typed: string): string {
  const username = typed.trim().replace(/^@/, '')
  if (!/^[a-z0-9_]{1,30}$/.test(username)) {
    const text = `the name ${JSON.stringify(typed.slice(0, 60))} must be 1 to 30 of a-z, 0-9 and _`
    throw new HomebirdError('UNPROCESSABLE', text, {
      safe: 'A name has 1 to 30 characters: a to z, 0 to 9 and _.',
    })
  }
  return username
}

export interface NewIdentity {
  readonly username: string
  readonly displayName: string
  /** A domain of this home by name; null for the primary one. */
  readonly domain: string | null
}

/**
 * Adds an identity with fresh keys.
 * @throws HomebirdError UNPROCESSABLE for a bad name, NOT_FOUND for a domain that is not of this home, CONFLICT for a
 *   name that is or was taken on that domain
 */
export async function addIdentity(db: Database, wanted: NewIdentity, clock: Clock): Promise<Row<'actors'>> {
  const username = parseUsername(wanted.username)
  const keys = await generateActorKeys()
  try {
    return await inTransaction(db, async (tx) => {
      await refuseAfterFarewell(tx)
      const domain = await findDomain(tx, wanted.domain)
      return insertIdentity(tx, { username, displayName: wanted.displayName, domain, keys }, clock.now())
    })
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new HomebirdError(
      'CONFLICT',
      `the name ${username} is taken on ${wanted.domain ?? 'this domain'}`,
      {
        safe: 'This name is taken.',
        cause: error,
      },
    )
  }
}

async function findDomain(tx: Transaction, name: string | null): Promise<Row<'domains'>> {
  const query = tx.selectFrom('domains').selectAll()
  const domain = await (
    name === null ? query.where('is_primary', '=', true) : query.where('domain', '=', name.toLowerCase())
  ).executeTakeFirst()
  if (domain === undefined) {
    throw new HomebirdError('NOT_FOUND', `${name ?? 'a primary domain'} is not a domain of this home`)
  }
  return domain
}

interface IdentityParts {
  readonly username: string
  readonly displayName: string
  readonly domain: Row<'domains'>
  readonly keys: ActorKeyPairs
}

export async function insertIdentity(
  tx: Transaction,
  parts: IdentityParts,
  now: Date,
): Promise<Row<'actors'>> {
  const id = await nextId(tx)
  const uris = identityUris(originOfHost(parts.domain.service_host), id, parts.username)
  const { displayName, domain, username } = parts
  const actor = await tx
    .insertInto('actors')
    .values({
      id,
      ...columnsOfUris(uris),
      kind: 'Person',
      domain_id: domain.id,
      host: domain.service_host,
      username,
      handle_domain: domain.domain,
      display_name: cleanLine(displayName, MAX_DISPLAY_NAME_LENGTH),
      is_discoverable: true,
      published_at: now,
      fetched_at: now,
      created_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await insertActorKeys(tx, actor.id, uris, parts.keys)
  return actor
}

/** Its handle is the domain itself, `home.example@home.example`, which no identity can have. */
export async function insertInstanceActor(
  tx: Transaction,
  domain: Row<'domains'>,
  keys: ActorKeyPairs,
  now: Date,
): Promise<Row<'actors'>> {
  const uris = instanceActorUris(originOfHost(domain.service_host))
  const actor = await tx
    .insertInto('actors')
    .values({
      ...columnsOfUris(uris),
      kind: 'Application',
      domain_id: domain.id,
      is_instance_actor: true,
      is_locked: true,
      host: domain.service_host,
      username: domain.domain,
      handle_domain: domain.domain,
      published_at: now,
      fetched_at: now,
      created_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await insertActorKeys(tx, actor.id, uris, keys)
  await notify(tx, 'changed', 'domains')
  return actor
}

function columnsOfUris(uris: ReturnType<typeof identityUris>) {
  return {
    uri: uris.uri,
    inbox_uri: uris.inbox,
    shared_inbox_uri: uris.sharedInbox,
    outbox_uri: uris.outbox,
    followers_uri: uris.followers,
    following_uri: uris.following,
    featured_uri: uris.featured,
    page_url: uris.page,
  }
}

/** An id before its row, for URIs that name it. */
export async function nextId(tx: Transaction): Promise<string> {
  const { rows } = await sql<{ id: string }>`select next_id() as id`.execute(tx)
  const id = rows[0]?.id
  if (id === undefined) throw new HomebirdError('INTERNAL', 'next_id() gave nothing')
  return id
}
