/** What every route of the client API uses: the context, who shows entities to whom, typed routes. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import type { Row } from '../../db/tables.ts'
import { type Actor, getActor } from '../../domain/actors/actor.ts'
import type { EntityScope } from '../../domain/actors/entity-scope.ts'
import { type FilterCache, filterCacheOf } from '../../domain/filters/filter-cache.ts'
import { loadMediaKey } from '../../domain/media/media-key.ts'
import { type MediaUrls, createMediaUrls } from '../../domain/media/media-urls.ts'
import { type VapidKeys, loadVapidKeys } from '../../domain/push/vapid-keys.ts'
import type { HttpContext } from '../http-context.ts'
import { actorIdOf, viewerIdOf } from './access.ts'
import { type Looks, createLooks } from './looks.ts'

export type ListenerKind = 'public' | 'private'

export interface ClientApiOptions {
  readonly listener: ListenerKind
}

/** Routes whose bodies, queries and parameters are typed by their schemas. */
export type ApiApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

export interface Api {
  readonly context: HttpContext
  readonly listener: ListenerKind
  readonly urls: MediaUrls
  readonly vapid: VapidKeys
  /** What the owner looks at elsewhere is read at its origin. */
  readonly looks: Looks
  readonly filters: FilterCache
  now(): Date
  /** Entities as this identity, or a stranger, sees them. */
  scopeFor(viewerId: string | null): EntityScope
  scopeOf(request: FastifyRequest): EntityScope
  /** The identity that asks, as it is now. */
  actorOf(request: FastifyRequest): Promise<Row<'actors'>>
}

export async function openApi(context: HttpContext, listener: ListenerKind): Promise<Api> {
  const { home, config, db, clock } = context
  const urls = createMediaUrls({
    key: await loadMediaKey(db),
    origin: () => home.origin(),
    // The window reaches this listener under a name of its own: its pictures go by path.
    base: () => (listener === 'private' ? '' : home.origin()),
    mediaUrl: config.mediaUrl,
  })
  const showsCardOf = (host: string): boolean => config.previewCards && !home.isBlockedDomain(host)
  const filters = filterCacheOf(context)
  const scopeFor = (viewerId: string | null): EntityScope => ({
    viewerId,
    urls,
    localDomain: home.primaryDomain()?.domain ?? '',
    now: clock.now(),
    // The window does; apps say so when they ask for the type.
    knowsReactions: listener === 'private',
    showsCardOf,
    filters: async () => filters.of(viewerId),
  })
  return {
    context,
    listener,
    urls,
    vapid: await loadVapidKeys(db, config),
    looks: createLooks(context),
    filters,
    now: () => clock.now(),
    scopeFor,
    scopeOf: (request) => scopeFor(viewerIdOf(request)),
    actorOf: async (request) => getActor(db, actorIdOf(request)),
  }
}

/**
 * An actor that somebody names by id; the instance actor is nobody's account.
 * @throws HomebirdError NOT_FOUND
 */
export async function getAccountActor(api: Api, id: string): Promise<Actor> {
  if (!isRowId(id)) throw new HomebirdError('NOT_FOUND', `${id.slice(0, 30)} is no id`)
  const actor = await getActor(api.context.db, id)
  if (actor.is_instance_actor) throw new HomebirdError('NOT_FOUND', 'the instance actor is no account')
  return actor
}
