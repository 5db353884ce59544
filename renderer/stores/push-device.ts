/** Whether this browser is told of notifications while the window is closed, of which kinds, and how that begins and ends. */
import type { PushAlert, WebPushSubscription } from '../../server/contracts/push.ts'
import { getInstance } from '../api/accounts.ts'
import type { ApiClient } from '../api/client.ts'
import {
  type BrowserSubscription,
  getPushSubscription,
  removePushSubscription,
  setPushAlerts,
  setPushSubscription,
} from '../api/push.ts'

/** What the person said to the browser. */
export type Permission = 'default' | 'denied' | 'granted'

/** What the browser has for it; a port, so that the rest is plain. */
export interface PushBrowser {
  /** `unsupported`: without a worker, without push, or on an address that is not secure. */
  permission(): Permission | 'unsupported'
  ask(): Promise<Permission>
  find(): Promise<BrowserSubscription | null>
  /** @param key  of the home, base64url */
  subscribe(key: string): Promise<BrowserSubscription>
  unsubscribe(): Promise<void>
}

export type PushState = 'unsupported' | 'denied' | 'off' | 'on'
export type PushAlerts = Readonly<Partial<Record<PushAlert, boolean>>>

export interface PushDevice {
  readonly state: PushState
  /** What it is told of; what is left out is not told. */
  readonly alerts: PushAlerts
}

/** Mentions, follows and reactions; the others are looked up when there is time. */
const FIRST_ALERTS: PushAlerts = {
  mention: true,
  follow: true,
  follow_request: true,
  favourite: true,
  emoji_reaction: true,
  quote: true,
}

const without = (state: PushState): PushDevice => ({ state, alerts: {} })
const withAlerts = ({ alerts }: WebPushSubscription): PushDevice => ({ state: 'on', alerts })

/** @throws ApiFailure */
export async function readPushDevice(api: ApiClient, browser: PushBrowser): Promise<PushDevice> {
  const permission = browser.permission()
  if (permission === 'unsupported' || permission === 'denied') return without(permission)
  const own = permission === 'granted' ? await browser.find() : null
  if (own === null) return without('off')
  const known = await getPushSubscription(api)
  return known?.endpoint === own.endpoint ? withAlerts(known) : without('off')
}

/**
 * Asks the person first, if they were not asked before.
 * @throws ApiFailure of the home, or what the browser throws where its push service does not answer
 */
export async function beginPush(api: ApiClient, browser: PushBrowser): Promise<PushDevice> {
  const permission = browser.permission()
  const answer = permission === 'default' ? await browser.ask() : permission
  if (answer === 'unsupported' || answer === 'denied') return without(answer)
  if (answer !== 'granted') return without('off')
  const { configuration } = await getInstance(api)
  const subscription = (await browser.find()) ?? (await browser.subscribe(configuration.vapid.public_key))
  return withAlerts(await setPushSubscription(api, subscription, FIRST_ALERTS))
}

/** @throws ApiFailure */
export const changePush = async (api: ApiClient, alerts: PushAlerts): Promise<PushDevice> =>
  withAlerts(await setPushAlerts(api, alerts))

/** @throws ApiFailure */
export async function endPush(api: ApiClient, browser: PushBrowser): Promise<PushDevice> {
  await removePushSubscription(api)
  await browser.unsubscribe()
  return without('off')
}
