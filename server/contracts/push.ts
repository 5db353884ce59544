/** Web push: what an app asks for, and what it is sent. */
import type { NotificationType } from './notification.ts'

/** Kinds that an app may ask for; some never happen in a home of one person. */
export const PUSH_ALERTS = [
  'follow',
  'favourite',
  'reblog',
  'mention',
  'poll',
  'status',
  'follow_request',
  'update',
  'quote',
  'quoted_update',
  'emoji_reaction',
  'severed_relationships',
  'admin.sign_up',
  'admin.report',
] as const

export type PushAlert = (typeof PUSH_ALERTS)[number]

/** Whose doings are pushed: of all, of those who are followed, of those who follow, of nobody. */
export const PUSH_POLICIES = ['all', 'followed', 'follower', 'none'] as const

export type PushPolicy = (typeof PUSH_POLICIES)[number]

export interface WebPushSubscription {
  /** A number, as apps read it. */
  readonly id: number
  readonly endpoint: string
  readonly standard: boolean
  readonly alerts: Readonly<Partial<Record<PushAlert, boolean>>>
  readonly policy: PushPolicy
  /** VAPID key of the home. */
  readonly server_key: string
}

/** What is encrypted for the receiver, as JSON. */
export interface PushMessage {
  /** Apps find by it which of their accounts is meant; empty for a window. */
  readonly access_token: string
  readonly preferred_locale: string
  /** Digits; written as a number, which is how apps read it. */
  readonly notification_id: string
  readonly notification_type: NotificationType
  readonly icon: string
  readonly title: string
  readonly body: string
}
