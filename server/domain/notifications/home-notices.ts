/**
 * Notifications as a shell shows them outside of the window: by the owner's switches, one line of plain text each, nothing
 * of a private mention, and nothing of what a warning or a filter covers.
 */
import { sql } from 'kysely'
import { type HomeNotice, MOST_COUNTED, MOST_SINGLE_NOTICES } from '../../contracts/home-feed.ts'
import type { Notification, NotificationType } from '../../contracts/notification.ts'
import type { Preferences } from '../../contracts/preferences.ts'
import type { Querier } from '../../db/pool.ts'
import type { EntityScope } from '../actors/entity-scope.ts'
import { cleanLine, stripBidiControls } from '../text/clean-text.ts'
import { htmlToPlainText } from '../text/plain-text.ts'
import { READ_UP_TO, findNotifications } from './list-notifications.ts'
import { notificationsFromRows } from './notification-entities.ts'
import { EVERY_NOTIFICATION, type NotificationFilter, shownTo } from './shown-notifications.ts'

/** Security rule 98. */
const MOST_TEXT = 200

type Switches = Pick<Preferences, 'desktopKinds' | 'hiddenKinds'>

interface Notices {
  readonly notices: readonly HomeNotice[]
  /** How many there are, at most `MOST_COUNTED`; more than the notices where these would be too many. */
  readonly count: number
}

const wantedBy = ({ desktopKinds, hiddenKinds }: Switches): NotificationFilter => ({
  ...EVERY_NOTIFICATION,
  types: desktopKinds as readonly NotificationType[],
  excludedTypes: hiddenKinds as readonly NotificationType[],
})

/** Those of these ids that are to be shown, the oldest first. */
export async function findHomeNotices(
  db: Querier,
  scope: EntityScope & { readonly viewerId: string },
  ids: readonly string[],
  switches: Switches,
): Promise<HomeNotice[]> {
  if (switches.desktopKinds.length === 0) return []
  const rows = await findNotifications(db, scope.viewerId, ids, wantedBy(switches))
  return (await notificationsFromRows(db, scope, rows)).map(noticeOf)
}

/** Those newer than the place that no device has read yet: whole while they are few, else their number alone. */
export async function findMissedNotices(
  db: Querier,
  scope: EntityScope & { readonly viewerId: string },
  after: string,
  switches: Switches,
): Promise<Notices> {
  if (switches.desktopKinds.length === 0) return { notices: [], count: 0 }
  const { viewerId } = scope
  const { rows } = await sql<{ id: string }>`
    select notifications.id from notifications
     where ${shownTo(viewerId, wantedBy(switches))} and notifications.id > ${after}
       and notifications.id > ${READ_UP_TO(viewerId)}
     order by notifications.id
     limit ${MOST_COUNTED}`.execute(db)
  if (rows.length > MOST_SINGLE_NOTICES) return { notices: [], count: rows.length }
  const ids = rows.map(({ id }) => id)
  return { notices: await findHomeNotices(db, scope, ids, switches), count: rows.length }
}

/** Where whoever comes now begins. */
export async function newestNotificationId(db: Querier): Promise<string> {
  const { rows } = await sql<{ id: string | null }>`select max(id) as id from notifications`.execute(db)
  return rows[0]?.id ?? '0'
}

function noticeOf(one: Notification): HomeNotice {
  const { id, type, account, status } = one
  const facts = { id, kind: type, path: pathOf(one) }
  if (status?.visibility === 'direct') return { ...facts, name: null, body: '' }
  return { ...facts, name: lineOf(account.display_name) || account.username, body: bodyOf(one) }
}

function bodyOf({ status }: Notification): string {
  if (status === undefined || (status.filtered ?? []).length > 0) return ''
  return lineOf(status.spoiler_text === '' ? htmlToPlainText(status.content) : status.spoiler_text)
}

function lineOf(text: string): string {
  return cleanLine(stripBidiControls(text), MOST_TEXT)
}

function pathOf({ type, account, status }: Notification): string {
  if (type === 'follow_request') return '/follow-requests'
  if (type === 'admin.report') return '/reports'
  if (type === 'severed_relationships') return '/notifications'
  return status === undefined ? `/people/${account.id}` : `/posts/${status.id}`
}
