/** What pushes that are due say and to whom, as it is at this moment; a fixed number of statements for any number of them. */
import { sql } from 'kysely'
import type { NotificationType } from '../../contracts/notification.ts'
import type { PushMessage } from '../../contracts/push.ts'
import type { Database } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { type LoadedActors, loadActors } from '../actors/account-entities.ts'
import type { MediaUrls } from '../media/media-urls.ts'
import { findNotifications } from '../notifications/list-notifications.ts'
import type { NotificationRow } from '../notifications/shown-notifications.ts'
import { coversScope } from '../oauth/scopes.ts'
import { findVisiblePosts } from '../posts/find-post.ts'
import { cleanLine, isolateBidi } from '../text/clean-text.ts'
import { htmlToPlainText } from '../text/plain-text.ts'
import { privatePushTitle, pushLocale, pushTitle } from './push-titles.ts'
import { openToken } from './sealed-token.ts'

const MAX_NAME = 100

/** A push whose subscription lives and whose token is good. */
export interface DuePush {
  readonly id: string
  readonly subscriptionId: string
  readonly endpoint: string
  readonly p256dh: Buffer
  readonly auth: Buffer
  readonly isStandard: boolean
  readonly failures: number
  readonly retryAt: Date | null
  readonly refusedSince: Date | null
  /** Null where the notification is not shown any more, or the app named no such kind. */
  readonly message: PushMessage | null
}

interface PushRow extends Omit<DuePush, 'message'> {
  /** Null for a window, which looks for no token and is shown nothing of private mentions. */
  readonly tokenId: string | null
  readonly sealedToken: Buffer | null
  readonly scopes: string[] | null
  readonly actorId: string
  readonly language: string | null
  readonly notificationId: string
  readonly alerts: Readonly<Record<string, boolean>>
}

export interface PushSources {
  readonly db: Database
  readonly urls: Pick<MediaUrls, 'avatar'>
  readonly sealingKey: Buffer
}

/** Those that are missing have lost their subscription or their token. */
export async function loadPushes(
  sources: PushSources,
  ids: readonly string[],
): Promise<Map<string, DuePush>> {
  const rows = (await findRows(sources.db, ids)).filter(
    ({ scopes }) => scopes === null || coversScope(scopes, 'push'),
  )
  const told = new Map<string, Told>()
  for (const [actorId, own] of groupByActor(rows)) {
    const notificationIds = own.map(({ notificationId }) => notificationId)
    for (const one of await loadTold(sources.db, actorId, notificationIds)) told.set(one.row.id, one)
  }
  return new Map(rows.map((row) => [row.id, { ...row, message: messageOf(sources, row, told) }]))
}

async function findRows(db: Database, ids: readonly string[]): Promise<PushRow[]> {
  const { rows } = await sql<PushRow>`
    select push_deliveries.id, subscription.id as "subscriptionId", subscription.endpoint, subscription.p256dh,
           subscription.auth, subscription.is_standard as "isStandard", subscription.failures,
           subscription.retry_at as "retryAt", subscription.refused_since as "refusedSince",
           subscription.token_id as "tokenId", subscription.sealed_token as "sealedToken", subscription.alerts,
           oauth_tokens.scopes, subscription.actor_id as "actorId", me.default_language as language,
           push_deliveries.notification_id as "notificationId"
      from push_deliveries
      join push_subscriptions as subscription on subscription.id = push_deliveries.subscription_id
      left join oauth_tokens on oauth_tokens.id = subscription.token_id and oauth_tokens.revoked_at is null
      left join owner_sessions on owner_sessions.public_id = subscription.session_id
            and owner_sessions.expires_at > now()
      join actors as me on me.id = subscription.actor_id and me.gone_at is null
     where push_deliveries.id = any(${ids}::bigint[])
       and num_nonnulls(oauth_tokens.id, owner_sessions.public_id) = 1`.execute(db)
  return rows
}

function groupByActor(rows: readonly PushRow[]): Map<string, PushRow[]> {
  const groups = new Map<string, PushRow[]>()
  for (const row of rows) {
    const group = groups.get(row.actorId) ?? []
    group.push(row)
    groups.set(row.actorId, group)
  }
  return groups
}

interface Told {
  readonly row: NotificationRow
  readonly from: NonNullable<ReturnType<LoadedActors['byId']['get']>>
  readonly post: Pick<Row<'posts'>, 'summary' | 'content_html' | 'visibility'> | null
}

/** Those that the identity may still see: not dismissed, of nobody whom it has blocked meanwhile. */
async function loadTold(db: Database, actorId: string, ids: readonly string[]): Promise<Told[]> {
  const rows = await findNotifications(db, actorId, ids)
  const actors = await loadActors(
    db,
    rows.map((row) => row.from_actor_id),
  )
  const visible = await findVisiblePosts(
    db,
    actorId,
    rows.flatMap((row) => row.post_id ?? []),
  )
  const posts = new Map(visible.map((post) => [post.id, post]))
  return rows.flatMap((row) => {
    const from = actors.byId.get(row.from_actor_id)
    return from === undefined ? [] : [{ row, from, post: posts.get(row.post_id ?? '') ?? null }]
  })
}

function messageOf(
  { sealingKey, urls }: PushSources,
  push: PushRow,
  told: ReadonlyMap<string, Told>,
): PushMessage | null {
  const token = tokenOf(sealingKey, push)
  const found = told.get(push.notificationId)
  if (token === null || found === undefined) return null
  const { row, from } = found
  const kind = row.kind as NotificationType
  const locale = pushLocale(push.language)
  const name = cleanLine(from.display_name, MAX_NAME) || from.username
  const isPrivate = push.tokenId === null && found.post?.visibility === 'direct'
  return {
    access_token: token,
    preferred_locale: locale,
    notification_id: row.id,
    notification_type: kind === 'emoji_reaction' && push.alerts[kind] === undefined ? 'favourite' : kind,
    icon: isPrivate ? '' : urls.avatar(from),
    title: isPrivate ? privatePushTitle(locale) : pushTitle(locale, kind, isolateBidi(name)),
    body: isPrivate ? '' : bodyOf(found),
  }
}

/** Empty for a window. */
function tokenOf(sealingKey: Buffer, { tokenId, sealedToken }: PushRow): string | null {
  return tokenId === null || sealedToken === null ? '' : openToken(sealingKey, tokenId, sealedToken)
}

/** What is hidden behind a warning is not shown on a locked screen. Nobody is told of themselves. */
function bodyOf({ row, from, post }: Told): string {
  if (post === null) return row.from_actor_id === row.actor_id ? '' : htmlToPlainText(from.bio_html)
  return post.summary === '' ? htmlToPlainText(post.content_html) : post.summary
}
