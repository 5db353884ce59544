/** Whether this browser is told of notifications while the window is closed, and how that begins and ends. */
import type { PushAlert } from '../../server/contracts/push.ts'
import { getInstance } from '../api/accounts.ts'
import type { ApiClient } from '../api/client.ts'
import {
  type BrowserSubscription,
  getPushSubscription,
  removePushSubscription,
  setPushSubscription,
} from '../api/push.ts'

/** What the browser has for it; a port, so that the rest is plain. */
export interface PushBrowser {
  /** `unsupported`: without a worker, without push, or on an address that is not secure. */
  permission(): NotificationPermission | 'unsupported'
  ask(): Promise<NotificationPermission>
  find(): Promise<BrowserSubscription | null>
  /** @param key  of the home, base64url */
  subscribe(key: string): Promise<BrowserSubscription>
  unsubscribe(): Promise<void>
}

export type PushState = 'unsupported' | 'denied' | 'off' | 'on'

/** Mentions, follows and reactions; the others are looked up when there is time. */
const ALERTS: Readonly<Partial<Record<PushAlert, boolean>>> = {
  mention: true,
  follow: true,
  follow_request: true,
  favourite: true,
  emoji_reaction: true,
  quote: true,
}

/** @throws ApiFailure */
export async function readPushState(api: ApiClient, browser: PushBrowser): Promise<PushState> {
  const permission = browser.permission()
  if (permission === 'unsupported' || permission === 'denied') return permission
  const own = permission === 'granted' ? await browser.find() : null
  if (own === null) return 'off'
  const known = await getPushSubscription(api)
  return known?.endpoint === own.endpoint ? 'on' : 'off'
}

/**
 * Asks the person first, if they were not asked before.
 * @throws ApiFailure of the home, or what the browser throws where its push service does not answer
 */
export async function beginPush(api: ApiClient, browser: PushBrowser): Promise<PushState> {
  const permission = browser.permission()
  const answer = permission === 'default' ? await browser.ask() : permission
  if (answer === 'unsupported' || answer === 'denied') return answer
  if (answer !== 'granted') return 'off'
  const { configuration } = await getInstance(api)
  const subscription = (await browser.find()) ?? (await browser.subscribe(configuration.vapid.public_key))
  await setPushSubscription(api, subscription, ALERTS)
  return 'on'
}

/** @throws ApiFailure */
export async function endPush(api: ApiClient, browser: PushBrowser): Promise<PushState> {
  await removePushSubscription(api)
  await browser.unsubscribe()
  return 'off'
}
