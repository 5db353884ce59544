/** What all public pages read first: whose page it is, what the home is called, how posts on it are shown. */
import type { FastifyRequest } from 'fastify'
import type { Account } from '../../contracts/account.ts'
import type { Status } from '../../contracts/status.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Querier } from '../../db/pool.ts'
import { type Actor, findIdentityByPage } from '../../domain/actors/actor.ts'
import { accountFromActor, accountsFromIds } from '../../domain/actors/account-entities.ts'
import type { EntityScope } from '../../domain/actors/entity-scope.ts'
import { readHomeName } from '../../domain/owner/home-name.ts'
import { findBlockedAmong } from '../../domain/posts/list-shown.ts'
import type { PostRow } from '../../domain/posts/status-facts.ts'
import { statusesFromRows } from '../../domain/posts/status-entities.ts'
import type { Api } from '../client-api/api.ts'
import { requestedOrigin } from '../federation/surface.ts'
import type { HomeFrame } from './layout.ts'
import type { PostScope } from './parts/post-text.ts'

export interface PageSource {
  readonly api: Api
  frame(): Promise<HomeFrame>
}

export function openPageSource(api: Api): PageSource {
  const { db } = api.context
  // Not kept: it is read for pages that are kept themselves, and an old name would stay on them.
  const frame = async (): Promise<HomeFrame> => ({ title: await readHomeName(db) })
  return { api, frame }
}

/** Somebody of this home, and how strangers see what is on their page. */
export interface Host {
  readonly actor: Actor
  readonly account: Account
  /** `@ana@home.example` */
  readonly handle: string
  readonly origin: string
  readonly scope: PostScope
}

/**
 * The identity whose page this is, by the address that is stored with it. One statement, and one more for somebody who
 * has moved.
 * @throws HomebirdError NOT_FOUND
 */
export async function getHost(source: PageSource, request: FastifyRequest, name: string): Promise<Host> {
  const { context } = source.api
  const origin = requestedOrigin(context, request)
  const actor = await findIdentityByPage(context.db, origin, name)
  if (actor === undefined) throw notFound(request)
  return hostOf(source, origin, actor)
}

export async function hostOf({ api }: PageSource, origin: string, actor: Actor): Promise<Host> {
  return {
    actor,
    account: await accountOf(api, api.scopeFor(null), actor),
    handle: `@${actor.username}@${actor.handle_domain}`,
    origin,
    scope: { ...scopeOf(api, origin), showsCounts: actor.shows_counts, hostId: actor.id },
  }
}

export function scopeOf({ context }: Api, origin: string): Pick<PostScope, 'origin' | 'localDomain'> {
  return { origin, localDomain: context.home.primaryDomain()?.domain ?? '' }
}

async function accountOf({ context }: Api, scope: EntityScope, actor: Actor): Promise<Account> {
  if (actor.moved_to_uri === null) return accountFromActor(scope, actor)
  const [account] = await accountsFromIds(context.db, scope, [actor.id])
  return account ?? accountFromActor(scope, actor)
}

/**
 * Statuses as strangers see them on this person's page: nobody is shown between whom and the host there is a block, not as
 * a quoted author either. Rows must have passed `visiblePosts`; four statements.
 * @see security rules 28, 65
 */
export async function statusesFor(
  { api }: PageSource,
  host: Host,
  rows: readonly PostRow[],
): Promise<Status[]> {
  const { db } = api.context
  const statuses = await statusesFromRows(db, api.scopeFor(null), rows)
  return withoutBlocked(db, host.actor.id, statuses)
}

/** On a page of several hosts, each post as on the page of its author. */
export async function statusesForAll({ api }: PageSource, rows: readonly PostRow[]): Promise<Status[]> {
  const { db } = api.context
  let statuses = await statusesFromRows(db, api.scopeFor(null), rows)
  for (const id of new Set(rows.map((row) => row.author_id)))
    statuses = await withoutBlocked(db, id, statuses)
  return statuses
}

async function withoutBlocked(
  db: Querier,
  identityId: string,
  statuses: readonly Status[],
): Promise<Status[]> {
  const people = statuses.flatMap((status) => [
    status,
    status.reblog,
    quotedBy(status),
    quotedBy(status.reblog),
  ])
  const ids = people.flatMap((status) => status?.account.id ?? [])
  const blocked = await findBlockedAmong(db, identityId, ids)
  if (blocked.size === 0) return [...statuses]
  return statuses
    .filter((status) => !blocked.has((status.reblog ?? status).account.id))
    .map((status) => withoutQuoteOf(blocked, status))
}

function quotedBy(status: Status | null): Status | null {
  const quote = status?.quote ?? null
  return quote !== null && 'quoted_status' in quote ? quote.quoted_status : null
}

function withoutQuoteOf(blocked: ReadonlySet<string>, status: Status): Status {
  const reblog = status.reblog === null ? null : withoutQuoteOf(blocked, status.reblog)
  const quoted = quotedBy(status)
  if (quoted === null || !blocked.has(quoted.account.id)) return { ...status, reblog }
  return { ...status, reblog, quote: { state: 'unauthorized', quoted_status: null } }
}

export function notFound(request: FastifyRequest): HomebirdError {
  return new HomebirdError('NOT_FOUND', `no page at ${(request.raw.url ?? '').slice(0, 200)}`)
}
