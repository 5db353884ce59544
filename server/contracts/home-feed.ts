/**
 * `GET /api/homebird/v1/home/live`: what a shell around the home shows of it, as server-sent events that are ready to be
 * shown, so that the shell knows nothing of posts and people. `home` comes first, and again whenever something of it has
 * changed; `notice` and `missed` carry an id, and whoever comes back with it in `Last-Event-ID` is told what came since:
 * up to `MOST_SINGLE_NOTICES` one by one, more as one `missed`.
 */
import type { HomeReach } from './home-state.ts'
import type { NotificationType } from './notification.ts'

export const HOME_FEED_PATH = '/api/homebird/v1/home/live'

/** More than this at once are told as one number. */
export const MOST_SINGLE_NOTICES = 3

/** Unread ones are counted to here. */
export const MOST_COUNTED = 100

export interface HomeSummary {
  readonly reach: HomeReach
  /** ISO 8601; when something from outside last got through. */
  readonly provedAt: string | null
  readonly hasAlarm: boolean
  readonly pause: { readonly since: string; readonly until: string | null } | null
  /** Unread notifications of all identities, at most `MOST_COUNTED`. */
  readonly unread: number
  /** While what was missed in an absence is still being read. */
  readonly catchingUp: { readonly done: number; readonly count: number } | null
  /** The last absence that was caught up with; null where none was of late. */
  readonly returned: HomeReturn | null
  /** What of its backups the owner has to know; null while all is well. */
  readonly backups: BackupTrouble | null
}

/** They fail again and again; the last is days old; none was ever proven. */
export type BackupTrouble = 'failing' | 'late' | 'unproven'

export interface HomeReturn {
  readonly id: string
  readonly awaySeconds: number
  /** Written meanwhile, and now in the home timeline. */
  readonly posts: number
}

/** One notification of a kind that the owner wants to see on this computer. */
export interface HomeNotice {
  readonly id: string
  readonly kind: NotificationType
  /** One line of plain text; null for a private mention, of which nobody is named. */
  readonly name: string | null
  /** Plain text; empty for a private mention and for what a warning or a filter covers. */
  readonly body: string
  /** The page of the window that shows it. */
  readonly path: string
}

export interface MissedNotices {
  readonly count: number
}
