/** What this computer shows of a notification while the window is open: which kinds, and how little of private mentions. */
import type { Notification, NotificationType } from '../../server/contracts/notification.ts'
import type { Preferences } from '../../server/contracts/preferences.ts'
import { excerptOf } from '../formatting/excerpt.ts'
import { nameOf } from '../formatting/names.ts'

export interface DesktopNotice {
  /** Of the notification; the same one shown twice is shown once. */
  readonly id: string
  readonly type: NotificationType
  /** Null for a private mention, of which nobody is named. */
  readonly name: string | null
  readonly body: string
  /** Address of a picture of this home. */
  readonly icon: string | null
}

/**
 * @param textOf  turns HTML into its text
 * @returns null where nothing is shown
 */
export function desktopNoticeOf(
  one: Notification,
  { desktopKinds }: Pick<Preferences, 'desktopKinds'>,
  textOf: (html: string) => string,
): DesktopNotice | null {
  const { id, type, account, status } = one
  if (!desktopKinds.includes(type)) return null
  if (status?.visibility === 'direct') return { id, type, name: null, body: '', icon: null }
  return { id, type, name: nameOf(account), body: bodyOf(one, textOf), icon: account.avatar_static }
}

/** What a warning or a filter covers is not shown over everything else. */
function bodyOf({ status }: Notification, textOf: (html: string) => string): string {
  if (status === undefined || (status.filtered ?? []).length > 0) return ''
  return status.spoiler_text === '' ? excerptOf(status.content, textOf) : status.spoiler_text
}

/** A set of kinds with one of them or without it. */
export const withKind = (kinds: readonly string[], kind: string, isIn: boolean): readonly string[] =>
  isIn ? [...new Set([...kinds, kind])] : kinds.filter((one) => one !== kind)

/** In the ids of words, which have no second dot. */
export type KindWord = Exclude<NotificationType, 'admin.report'> | 'report'

export const wordOfKind = (type: NotificationType): KindWord => (type === 'admin.report' ? 'report' : type)
