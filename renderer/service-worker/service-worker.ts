/**
 * Stands between the window and its home: the document and the files of the bundle are kept, so that the window opens without
 * the home; answers of the home never are. Shows what is pushed. Imports nothing: it is one file.
 * @see security rules 81, 89
 */
import type { PushMessage } from '../../server/contracts/push.ts'
import type { InstallEvent, WorkerScope } from './worker-scope.ts'

/** The types of pages and of workers cannot be had together. */
const worker = self as unknown as WorkerScope

/** Written in by the build: the files of this bundle, and a name for them all. */
declare const BUNDLE: { readonly version: string; readonly files: readonly string[] }

const PREFIX = 'homebird-window-'
const CACHE = `${PREFIX}${BUNDLE.version}`
/** Every page of the window is this document. */
const DOCUMENT = '/home'
/** What else the home answers a browser with is no page of the window. */
const NO_PAGES = /^\/(?:api|oauth|auth|proxy|media|assets|icons|\.well-known|@|users)(?:\/|$|[^/]*$)/
/** What this worker never answers. */
const STRAIGHT = ['/api/*', '/oauth/*', '/auth/*', '/proxy/*', '/media/*']
/** Bundles that are kept: this one, and the one that windows still run which were open before. */
const MOST_BUNDLES = 2
const MOST_CHARACTERS = 200

worker.addEventListener('install', (event) => {
  keepOutOfTheWay(event)
  event.waitUntil(keepBundle().then(async () => worker.skipWaiting()))
})

worker.addEventListener('activate', (event) => {
  event.waitUntil(letGoOfOld().then(async () => worker.clients.claim()))
})

worker.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== worker.location.origin) return
  if (pathname.startsWith('/assets/')) event.respondWith(answerFile(request))
  else if (request.mode === 'navigate' && !NO_PAGES.test(pathname)) event.respondWith(answerPage(request))
})

/**
 * What is asked of the home goes there straight. Else it waits for this worker to wake, and what a window sends as it is
 * left (a deletion, the last words of a draft) is lost with the window meanwhile.
 */
function keepOutOfTheWay(event: InstallEvent): void {
  // Not every browser has it; there, what was lost is done at the next start of a window.
  event
    .addRoutes?.(STRAIGHT.map((urlPattern) => ({ condition: { urlPattern }, source: 'network' })))
    .catch(() => undefined)
}

async function keepBundle(): Promise<void> {
  const cache = await caches.open(CACHE)
  const document = new Request(DOCUMENT, { cache: 'reload' })
  await cache.addAll([document, ...BUNDLE.files])
}

async function letGoOfOld(): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE)
  const old = names.slice(0, Math.max(0, names.length - (MOST_BUNDLES - 1)))
  await Promise.all(old.map(async (name) => caches.delete(name)))
}

/** Names of files hold their contents: what is kept is right for ever. */
async function answerFile(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request)
}

async function answerPage(request: Request): Promise<Response> {
  try {
    return await fetch(request)
  } catch {
    const cache = await caches.open(CACHE)
    return (await cache.match(DOCUMENT)) ?? Response.error()
  }
}

worker.addEventListener('push', (event) => {
  const message = readMessage(event.data)
  if (message !== null) event.waitUntil(show(message))
})

/** As it is read: the id is written as a number. */
type ReadMessage = Omit<PushMessage, 'notification_id'> & { readonly notification_id: number }

/** What is not whole is not of this home. */
function readMessage(data: { json(): unknown } | null): ReadMessage | null {
  try {
    const message = (data?.json() ?? {}) as Partial<Record<keyof ReadMessage, unknown>>
    const texts = [
      message.title,
      message.body,
      message.icon,
      message.notification_type,
      message.preferred_locale,
    ]
    if (!texts.every((text) => typeof text === 'string')) return null
    return /^\d{1,20}$/.test(String(message.notification_id)) ? (message as ReadMessage) : null
  } catch {
    return null
  }
}

/** What a notification that is shown knows of itself. */
interface Told {
  readonly id: string
  readonly type: string
}

async function show(message: ReadMessage): Promise<void> {
  const icon = ownIcon(message.icon)
  const id = String(message.notification_id)
  await worker.registration.showNotification(message.title.slice(0, MOST_CHARACTERS), {
    body: message.body.slice(0, MOST_CHARACTERS),
    lang: message.preferred_locale,
    dir: 'auto',
    tag: id,
    badge: '/icons/badge-96.png',
    icon: icon ?? '/icons/homebird-192.png',
    data: { id, type: message.notification_type } satisfies Told,
  })
}

/** By path, since the home names itself as others reach it. */
function ownIcon(address: string): string | null {
  const url = URL.canParse(address) ? new URL(address) : null
  return url !== null && /^\/(?:proxy|media)\//.test(url.pathname) ? `${url.pathname}${url.search}` : null
}

worker.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(openPageOf(event.notification.data as Told))
})

async function openPageOf({ id, type }: Told): Promise<void> {
  const path = await pathOf(id, type)
  const windows = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const open = windows.find((client) => new URL(client.url).origin === worker.location.origin)
  if (open === undefined) {
    await worker.clients.openWindow(path)
    return
  }
  // What is being written there stays: the window itself turns the page.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a window of this worker, which has no other origin
  open.postMessage({ kind: 'open', path })
  await open.focus()
}

const PAGES: Readonly<Record<string, string>> = {
  follow_request: '/follow-requests',
  'admin.report': '/reports',
}

async function pathOf(id: string, type: string): Promise<string> {
  const ownPage = Object.hasOwn(PAGES, type) ? PAGES[type] : undefined
  const page = ownPage ?? '/notifications'
  if (!/^\d+$/.test(id) || ownPage !== undefined) return page
  try {
    const answer = await fetch(`/api/v1/notifications/${id}`, { headers: { accept: 'application/json' } })
    if (!answer.ok) return page
    const facts = (await answer.json()) as { status?: { id?: string }; account?: { id?: string } }
    if (facts.status?.id !== undefined) return `/posts/${encodeURIComponent(facts.status.id)}`
    return facts.account?.id === undefined ? page : `/people/${encodeURIComponent(facts.account.id)}`
  } catch {
    return page
  }
}
