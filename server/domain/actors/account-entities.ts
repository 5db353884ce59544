/** Actors as the accounts of the client API. Mapping is without I/O; `accountsFromRows` adds whom they moved to. */
import { sql } from 'kysely'
import type { Account, AccountField, AccountSource, CredentialAccount } from '../../contracts/account.ts'
import type { Querier } from '../../db/pool.ts'
import { statement } from '../../db/statement.ts'
import type { Row, StoredField } from '../../db/tables.ts'
import { linkShowingHost, soleLinkOf } from '../links/field-link.ts'
import { visibilityName } from '../posts/visibility-name.ts'
import { type EntityScope, customEmojis, isoMoment, outputHtml } from './entity-scope.ts'

/** The columns that an account is made of. */
const SHOWN_COLUMNS = [
  'id',
  'uri',
  'kind',
  'is_local',
  'is_instance_actor',
  'username',
  'handle_domain',
  'display_name',
  'bio_html',
  'page_url',
  'icon_url',
  'icon_description',
  'header_url',
  'header_description',
  'fields',
  'emojis',
  'moved_to_uri',
  'is_locked',
  'is_discoverable',
  'is_indexable',
  'hides_collections',
  'is_memorial',
  'followers_count',
  'following_count',
  'posts_count',
  'origin_posts_count',
  'last_post_at',
  'published_at',
  'gone_at',
  'suspended_at',
  'created_at',
] as const

type ActorRow = Pick<Row<'actors'>, (typeof SHOWN_COLUMNS)[number]>

const columnsOf = (alias: string) => sql.join(SHOWN_COLUMNS.map((name) => sql.ref(`${alias}.${name}`)))
const SHOWN_ACTORS = columnsOf('actors')
const SHOWN_MOVED = columnsOf('moved')

/** `name` on the home's own domain, else `name@domain`. */
export function acctOf(
  scope: EntityScope,
  actor: Pick<ActorRow, 'username' | 'handle_domain' | 'is_local'>,
): string {
  const isHome = actor.is_local && actor.handle_domain === scope.localDomain
  return isHome ? actor.username : `${actor.username}@${actor.handle_domain}`
}

/** @param moved  the actor named by `moved_to_uri`, where it is known */
export function accountFromActor(
  scope: EntityScope,
  actor: ActorRow,
  moved: ActorRow | null = null,
): Account {
  const isSuspended = actor.suspended_at !== null || actor.gone_at !== null
  const shown = isSuspended ? withoutContent(actor) : actor
  const avatar = scope.urls.avatar(shown)
  const header = scope.urls.header(shown)
  return {
    id: actor.id,
    username: actor.username,
    acct: acctOf(scope, actor),
    url: actor.page_url ?? actor.uri,
    uri: actor.uri,
    display_name: shown.display_name,
    note: outputHtml(shown.bio_html),
    avatar,
    avatar_static: avatar,
    avatar_description: shown.icon_description,
    header,
    header_static: header,
    header_description: shown.header_description,
    locked: actor.is_locked,
    fields: shown.fields.map((field) => ({
      name: field.name,
      value: fieldHtml(field),
      verified_at: field.verifiedAt ?? null,
    })),
    emojis: customEmojis(scope, { kind: 'actor', id: actor.id, isOurs: actor.is_local }, shown.emojis),
    bot: actor.kind === 'Service' || actor.kind === 'Application',
    group: actor.kind === 'Group',
    discoverable: actor.is_discoverable,
    indexable: actor.is_indexable,
    noindex: actor.is_local && !actor.is_discoverable,
    hide_collections: actor.hides_collections,
    memorial: actor.is_memorial,
    created_at: midnightOf(actor.published_at ?? actor.created_at),
    last_status_at: isoMoment(actor.last_post_at)?.slice(0, 10) ?? null,
    // Of somebody elsewhere only a part may be here.
    statuses_count: Math.max(actor.posts_count, actor.origin_posts_count ?? 0),
    followers_count: actor.followers_count,
    following_count: actor.following_count,
    roles: [],
    moved: moved === null ? null : accountFromActor(scope, moved),
    ...(isSuspended ? { suspended: true } : {}),
  }
}

/** A link that is confirmed is shown as what it is, and not as its author likes it to look (rule 52). */
function fieldHtml({ value, verifiedAt }: StoredField): string {
  const link = verifiedAt ? soleLinkOf(value) : null
  return link === null ? outputHtml(value) : linkShowingHost(link)
}

/** Of somebody who is gone only the name stays. */
function withoutContent(actor: ActorRow): ActorRow {
  const nothing = { display_name: '', bio_html: '', icon_url: null, header_url: null, fields: [], emojis: [] }
  return { ...actor, ...nothing, icon_description: '', header_description: '' }
}

/** Who joined when on a day is nobody's business: apps show the month. */
const midnightOf = (moment: Date): string => `${moment.toISOString().slice(0, 10)}T00:00:00.000Z`

/** The owner's role: may do everything (`permissions` 1 is Mastodon's administrator bit). */
const OWNER_ROLE = { id: '3', name: 'Owner', color: '', permissions: '1', highlighted: false } as const

/** The account that the token stands for, with what only its owner sees. */
export function credentialAccount(
  scope: EntityScope,
  actor: Row<'actors'>,
  followRequests: number,
  moved: ActorRow | null = null,
): CredentialAccount {
  return {
    ...accountFromActor(scope, actor, moved),
    source: sourceOf(actor, followRequests),
    role: OWNER_ROLE,
  }
}

function sourceOf(actor: Row<'actors'>, followRequests: number): AccountSource {
  const fields: AccountField[] = actor.fields.map((field) => ({
    name: field.name,
    value: field.source ?? field.value,
    verified_at: field.verifiedAt ?? null,
  }))
  return {
    note: actor.bio_source,
    fields,
    privacy: visibilityName(actor.default_visibility),
    sensitive: actor.default_sensitive,
    language: actor.default_language,
    follow_requests_count: followRequests,
    hide_collections: actor.hides_collections,
    discoverable: actor.is_discoverable,
    indexable: actor.is_indexable,
    attribution_domains: actor.attribution_domains,
    quote_policy: actor.default_quote_policy,
  }
}

/** Actors by id, and by URI those that some of them moved to; one statement. */
export interface LoadedActors {
  readonly byId: ReadonlyMap<string, ActorRow>
  readonly byUri: ReadonlyMap<string, ActorRow>
}

export async function loadActors(db: Querier, ids: Iterable<string>): Promise<LoadedActors> {
  const wanted = [...new Set(ids)]
  if (wanted.length === 0) return { byId: new Map(), byUri: new Map() }
  const rows = await readActors(db, { wanted })
  return {
    byId: new Map(rows.map((row) => [row.id, row])),
    byUri: new Map(rows.map((row) => [row.uri, row])),
  }
}

const readActors = statement(
  ({ wanted }: { readonly wanted: readonly string[] }) => sql<ActorRow>`
    select ${SHOWN_ACTORS} from actors where actors.id = any(${wanted}::bigint[])
    union all
    select ${SHOWN_MOVED} from actors as moved
     where moved.uri in (select moved_to_uri from actors where id = any(${wanted}::bigint[]) and moved_to_uri is not null)
       and moved.id <> all(${wanted}::bigint[])`,
)

/** One account of those that were loaded; undefined for a row that went away in between. */
export function loadedAccount(scope: EntityScope, actors: LoadedActors, id: string): Account | undefined {
  const actor = actors.byId.get(id)
  return actor === undefined ? undefined : accountFromActor(scope, actor, movedTo(actors, actor))
}

function movedTo(actors: LoadedActors, actor: ActorRow): ActorRow | null {
  return actor.moved_to_uri === null ? null : (actors.byUri.get(actor.moved_to_uri) ?? null)
}

/** Accounts in the order of the ids, the instance actor left out: it is nobody. One statement. */
export async function accountsFromIds(
  db: Querier,
  scope: EntityScope,
  ids: readonly string[],
): Promise<Account[]> {
  const actors = await loadActors(db, ids)
  return ids.flatMap((id) => {
    const isNobody = actors.byId.get(id)?.is_instance_actor === true
    return isNobody ? [] : (loadedAccount(scope, actors, id) ?? [])
  })
}
