/** Notifications that are sent to this browser although the window is closed. */
import type { PushAlert, WebPushSubscription } from '../../server/contracts/push.ts'
import type { ApiClient } from './client.ts'
import { toFailure } from './failure.ts'

const PATH = '/api/v1/push/subscription'

/** As `PushSubscription.toJSON` gives it. */
export interface BrowserSubscription {
  readonly endpoint: string
  readonly keys: { readonly p256dh: string; readonly auth: string }
}

/** @returns null where this session has none */
export async function getPushSubscription(api: ApiClient): Promise<WebPushSubscription | null> {
  try {
    return await api.get<WebPushSubscription>(PATH)
  } catch (error) {
    if (toFailure(error).status === 404) return null
    throw error
  }
}

export const setPushSubscription = async (
  api: ApiClient,
  subscription: BrowserSubscription,
  alerts: Readonly<Partial<Record<PushAlert, boolean>>>,
): Promise<WebPushSubscription> =>
  api.post(PATH, { body: { subscription: { ...subscription, standard: true }, data: { alerts } } })

/** @param alerts  all of them: a kind that is left out is not told */
export const setPushAlerts = async (
  api: ApiClient,
  alerts: Readonly<Partial<Record<PushAlert, boolean>>>,
): Promise<WebPushSubscription> => api.put(PATH, { body: { data: { alerts } } })

export const removePushSubscription = async (api: ApiClient): Promise<object> => api.delete(PATH)
