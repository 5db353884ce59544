/** Small stand-ins for single parts of Electron: they fire what Electron fires and ask what it asks. */
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'

/** What Electron tells with, and may be told to stop. */
export class EventDouble {
  readonly url: string
  readonly isMainFrame: boolean
  isStopped = false

  constructor(url: string, isMainFrame = true) {
    this.url = url
    this.isMainFrame = isMainFrame
  }

  preventDefault(): void {
    this.isStopped = true
  }
}

/** Stands in for Electron's contents: fires what pages make it fire. */
export class ContentsDouble extends EventEmitter {
  readonly id = 7
  readonly downloads: string[] = []
  openHandler: (details: { url: string }) => unknown = () => null

  setWindowOpenHandler(handler: (details: { url: string }) => unknown): void {
    this.openHandler = handler
  }

  setWebRTCIPHandlingPolicy(policy: string): void {
    assert.equal(policy, 'disable_non_proxied_udp')
  }

  downloadURL(url: string): void {
    this.downloads.push(url)
  }

  fire(name: string, event: EventDouble, ...more: unknown[]): EventDouble {
    this.emit(name, event, ...more)
    return event
  }
}

type Handler = (...args: never[]) => unknown

/** Stands in for Electron's session: asks the handlers that were set, as Chromium makes it ask. */
export class SessionDouble extends EventEmitter {
  readonly #handlers = new Map<string, Handler>()
  readonly webRequest = { onBeforeRequest: (handler: Handler) => this.#handlers.set('fetch', handler) }

  setPermissionRequestHandler = (handler: Handler): unknown => this.#handlers.set('ask', handler)
  setPermissionCheckHandler = (handler: Handler): unknown => this.#handlers.set('check', handler)
  setDevicePermissionHandler = (handler: Handler): unknown => this.#handlers.set('device', handler)
  setBluetoothPairingHandler = (handler: Handler): unknown => this.#handlers.set('pair', handler)
  setUSBProtectedClassesHandler = (handler: Handler): unknown => this.#handlers.set('classes', handler)

  #call(name: string, ...args: unknown[]): unknown {
    return this.#handlers.get(name)?.(...(args as never[]))
  }

  device = (details: object): unknown => this.#call('device', details)
  protectedClasses = (details: object): unknown => this.#call('classes', details)
  check = (...args: unknown[]): unknown => this.#call('check', ...args)

  ask(permission: string, requestingUrl: string): unknown {
    let given: unknown
    const answer = (is: unknown): void => {
      given = is
    }
    this.#call('ask', { id: 1 }, permission, answer, { requestingUrl, isMainFrame: true })
    return given
  }

  fetches(url: string, resourceType: string): boolean {
    let isCancelled: boolean | undefined
    this.#call('fetch', { url, resourceType }, ({ cancel }: { cancel: boolean }) => {
      isCancelled = cancel
    })
    return isCancelled === false
  }

  choose(name: string, ...details: unknown[]): unknown[] {
    const event = new EventDouble('')
    let given: unknown[] = ['nothing was answered']
    this.emit(name, event, ...details, (...chosen: unknown[]) => {
      given = chosen
    })
    assert.equal(event.isStopped, true)
    return given
  }

  download(url: string, chain: string[]): EventDouble {
    const event = new EventDouble(url)
    this.emit('will-download', event, {
      getURL: () => url,
      getURLChain: () => chain,
      getFilename: () => 'x.png',
      setSaveDialogOptions: () => undefined,
    })
    return event
  }
}

/** Stands in for Electron's shell, dialogs and clipboard. */
export class LinkDesk {
  readonly opened: string[] = []
  readonly questions: string[] = []
  readonly copied: string[] = []
  readonly notices: string[] = []
  answer = 1
  fault: Error | null = null
  readonly parts = {
    shell: {
      openExternal: async (href: string): Promise<void> => {
        if (this.fault !== null) throw this.fault
        this.opened.push(href)
      },
    },
    dialog: {
      showMessageBox: async ({ detail, defaultId, cancelId }: Record<string, unknown>) => {
        assert.deepEqual([defaultId, cancelId], [1, 1])
        this.questions.push(String(detail))
        return { response: this.answer }
      },
    },
    clipboard: { writeText: (given: string) => this.copied.push(given) },
  } as never
}
