/** As much of a service worker's scope as ours uses. */

interface ExtendableEvent {
  waitUntil(work: Promise<unknown>): void
}

interface Route {
  readonly condition: { readonly urlPattern: string }
  readonly source: 'network'
}

export interface InstallEvent extends ExtendableEvent {
  /** @see https://www.w3.org/TR/service-workers/ (static routing) */
  addRoutes?(routes: readonly Route[]): Promise<void>
}

interface FetchEvent {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}

interface PushEvent extends ExtendableEvent {
  readonly data: { json(): unknown } | null
}

interface ClickEvent extends ExtendableEvent {
  readonly notification: { readonly data: unknown; close(): void }
}

interface WorkerEvents {
  readonly install: InstallEvent
  readonly activate: ExtendableEvent
  readonly fetch: FetchEvent
  readonly push: PushEvent
  readonly notificationclick: ClickEvent
}

interface WindowClient {
  readonly url: string
  focus(): Promise<unknown>
  postMessage(message: unknown): void
}

export interface WorkerScope {
  readonly location: { readonly origin: string }
  readonly registration: {
    showNotification(title: string, options: NotificationOptions): Promise<void>
  }
  readonly clients: {
    claim(): Promise<void>
    matchAll(options: {
      readonly type: 'window'
      readonly includeUncontrolled: boolean
    }): Promise<readonly WindowClient[]>
    openWindow(path: string): Promise<unknown>
  }
  skipWaiting(): Promise<void>
  addEventListener<Name extends keyof WorkerEvents>(
    name: Name,
    listener: (event: WorkerEvents[Name]) => void,
  ): void
}
