/** The browser's own part of push: permission, and the subscription that its worker holds. */
import type { BrowserSubscription } from '../api/push.ts'
import type { PushBrowser } from './push-device.ts'

export const pushBrowser: PushBrowser = {
  permission: () =>
    'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window
      ? Notification.permission
      : 'unsupported',
  ask: async () => Notification.requestPermission(),
  find: async () => factsOf(await (await registration())?.pushManager.getSubscription()),
  subscribe: async (key) => {
    const worker = await navigator.serviceWorker.ready
    const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })
    const facts = factsOf(made)
    if (facts === null) throw new Error('the browser made a subscription without keys')
    return facts
  },
  unsubscribe: async () => {
    await (await (await registration())?.pushManager.getSubscription())?.unsubscribe()
  },
}

const registration = async (): Promise<ServiceWorkerRegistration | undefined> =>
  navigator.serviceWorker.getRegistration()

function factsOf(subscription: PushSubscription | null | undefined): BrowserSubscription | null {
  const { endpoint, keys } = subscription?.toJSON() ?? {}
  const { p256dh, auth } = keys ?? {}
  if (endpoint === undefined || p256dh === undefined || auth === undefined) return null
  return { endpoint, keys: { p256dh, auth } }
}
