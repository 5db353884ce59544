/** The owner's identities, with their ids and keys, so that nobody elsewhere notices anything. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import type { StoredField, Visibility } from '../../db/tables.ts'
import { MAX_DISPLAY_NAME_LENGTH, nextId } from '../owner/identities.ts'
import { generateActorKeys, insertActorKeys } from '../owner/keys.ts'
import { hashtagPageUrl, originOfHost } from '../owner/own-uris.ts'
import { cleanLine } from '../text/clean-text.ts'
import { composeHtml } from '../text/compose-html.ts'
import { linkTarget } from '../text/html-attributes.ts'
import { hashtagKey } from '../text/scan-text.ts'
import { noteFile } from './note-file.ts'
import { typedText } from './own-text.ts'
import type { Source } from './source.ts'
import { type AdoptionStep, type AdoptionWorld, type Tally, addTo } from './step.ts'
import { checkedKeys } from './take-home.ts'

interface IdentityRow {
  readonly id: string
  readonly actor_uri: string
  readonly username: string
  readonly domain: string
  readonly name: string | null
  readonly summary: string | null
  readonly locked: boolean | null
  readonly discoverable: boolean
  readonly indexable: boolean
  readonly state: string
  readonly actor_type: string
  readonly icon: string | null
  readonly image: string | null
  readonly metadata: unknown
  readonly aliases: unknown
  readonly private_key: string | null
  readonly public_key: string | null
  readonly public_key_id: string | null
  readonly created: Date
  readonly deleted: Date | null
  readonly settings: Readonly<Record<string, unknown>>
  readonly keys: Awaited<ReturnType<typeof generateActorKeys>>
}

export const takeIdentities: AdoptionStep<IdentityRow> = {
  name: 'identities',
  batch: 20,
  count: async ({ plan }) => plan.identities.length,
  async read({ source, plan }, after, limit) {
    const rows = await source.read<Omit<IdentityRow, 'keys'>>(selectIdentities(source), [
      plan.identities.map(({ id }) => id),
      after === '' ? '-1' : after,
      limit,
    ])
    const withKeys: IdentityRow[] = []
    for (const row of rows) withKeys.push({ ...row, keys: await generateActorKeys() })
    return withKeys
  },
  keyOf: ({ id }) => id,
  async take(tx, world, rows) {
    const taken: Tally = {}
    for (const row of rows) {
      await insertOwn(tx, world, row)
      addTo(taken, row.deleted === null ? 'identities' : 'deleted_identities')
    }
    return { taken, leftOut: {} }
  },
}

function selectIdentities(source: Source): string {
  const field = (column: string, otherwise?: string): string =>
    `${source.field('users_identity', 'i', column, otherwise)} as ${column}`
  return `
    select i.id, i.actor_uri, i.username, i.domain_id as domain, i.private_key, i.public_key,
           ${source.field('users_identity', 'i', 'manually_approves_followers', 'false')} as locked,
           ${['name', 'summary', 'icon', 'image', 'metadata', 'aliases', 'public_key_id'].map((name) => field(name)).join(', ')},
           ${field('deleted', 'null::timestamptz')}, ${field('created', 'now()')}, ${field('discoverable', 'true')},
           ${field('indexable', 'false')}, ${field('state', "'updated'")}, ${field('actor_type', "'person'")},
           coalesce((select json_object_agg(c.key, c.json) from core_config c where c.identity_id = i.id), '{}') as settings
      from users_identity i where i.id = any ($1::bigint[]) and i.id > $2 order by i.id limit $3`
}

async function insertOwn(tx: Transaction, world: AdoptionWorld, row: IdentityRow): Promise<void> {
  const names = world.plan.domains.find(({ domain }) => domain === row.domain.toLowerCase())
  if (names === undefined) throw new HomebirdError('INTERNAL', `${row.domain} is of no planned domain`)
  const id = await nextId(tx)
  const origin = originOfHost(names.serviceHost)
  const { actor_uri: uri } = row
  await tx
    .insertInto('actors')
    .values({
      id,
      uri,
      kind: kindOf(row.actor_type),
      domain_id: sql<string>`(select id from domains where domain = ${names.domain})`,
      host: names.serviceHost,
      username: row.username,
      handle_domain: names.domain,
      page_url: `${origin}/@${row.username}`,
      inbox_uri: `${uri}inbox/`,
      outbox_uri: `${uri}outbox/`,
      followers_uri: `${uri}followers/`,
      following_uri: `${uri}following/`,
      featured_uri: `${uri}collections/featured/`,
      shared_inbox_uri: `${origin}/inbox/`,
      ...profileColumns(origin, row),
      ...settingColumns(row.settings),
      is_locked: row.locked === true,
      is_discoverable: row.discoverable,
      is_indexable: row.indexable,
      published_at: row.created,
      created_at: row.created,
      fetched_at: world.now,
      gone_at: row.deleted,
      ...(row.deleted === null ? {} : { state: 'deleted_fanned_out' }),
    })
    .execute()
  const rsa = checkedKeys(`@${row.username}@${row.domain}`, row.private_key, row.public_key)
  if (rsa === null && row.deleted === null) {
    throw new HomebirdError(
      'UNPROCESSABLE',
      `@${row.username}@${row.domain} has no keys; start the old server once, which makes them`,
    )
  }
  const keyUris = { rsaKey: row.public_key_id ?? `${uri}#main-key`, ed25519Key: `${uri}#ed25519-key` }
  await insertActorKeys(tx, id, keyUris, { rsa: rsa ?? row.keys.rsa, ed25519: row.keys.ed25519 })
  if (row.deleted !== null) return
  await noteFile(tx, row.icon, 'avatar', id)
  await noteFile(tx, row.image, 'header', id)
}

/** `Person` and the like, whatever its letters. */
export function kindOf(type: string): string {
  const [first = 'p', ...rest] = type.toLowerCase()
  return `${first.toUpperCase()}${rest.join('')}`
}

function profileColumns(origin: string, row: IdentityRow) {
  const bio = typedText(row.summary ?? '')
  const others = urisIn(row.aliases)
  const hasMoved = row.state === 'moved' || row.state === 'moved_fanned_out'
  return {
    display_name: cleanLine(row.name ?? '', MAX_DISPLAY_NAME_LENGTH),
    bio_source: bio,
    bio_html: htmlOf(origin, bio),
    fields: JSON.stringify(fieldsOf(origin, row.metadata)),
    also_known_as: hasMoved ? [] : others,
    // Whoever has moved keeps the new address where others keep their other names.
    moved_to_uri: hasMoved ? (others[0] ?? null) : null,
    ...(hasMoved ? { state: 'moved_fanned_out' } : {}),
  }
}

export const urisIn = (value: unknown): string[] =>
  Array.isArray(value)
    ? value.filter((each): each is string => typeof each === 'string' && linkTarget(each) !== null)
    : []

const htmlOf = (origin: string, text: string): string =>
  composeHtml(text, { hashtagUrl: (name) => hashtagPageUrl(origin, hashtagKey(name)) })

function fieldsOf(origin: string, metadata: unknown): StoredField[] {
  return pairsIn(metadata).map(({ name, value }) => {
    const source = cleanLine(typedText(value), MAX_FIELD)
    const html = htmlOf(origin, source).replace(/^<p>(.*)<\/p>$/s, '$1')
    return { name: cleanLine(typedText(name), MAX_FIELD), value: html, source, verifiedAt: null }
  })
}

const MAX_FIELD = 2_000

/** `[{name, value}]`, as profiles keep it. */
export function pairsIn(metadata: unknown): { readonly name: string; readonly value: string }[] {
  if (!Array.isArray(metadata)) return []
  return metadata.flatMap((each: unknown) => {
    if (typeof each !== 'object' || each === null || !('name' in each) || !('value' in each)) return []
    const { name, value } = each
    return typeof name === 'string' && typeof value === 'string' ? [{ name, value }] : []
  })
}

const VISIBILITIES: Readonly<Record<number, Visibility>> = {
  0: 'public',
  1: 'unlisted',
  2: 'followers',
  3: 'direct',
}

function settingColumns(settings: Readonly<Record<string, unknown>>) {
  const isOff = (name: string): boolean => settings[name] === false
  return {
    default_visibility: VISIBILITIES[Number(settings['default_post_visibility'] ?? 0)] ?? 'public',
    shows_follows: !isOff('visible_follows'),
    hides_collections: isOff('visible_follows'),
    offers_search: !isOff('search_enabled'),
    shows_counts: !isOff('visible_reaction_counts'),
  }
}
