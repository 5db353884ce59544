/** Messages between a page and the shell: handlers are asked as Electron asks them, arguments and answers cloned. */
import { EventEmitter } from 'node:events'
import { plainEvent } from './plain-event.ts'
import type { StandInContents, StandInFrame } from './stand-in-contents.ts'

type Handler = (event: unknown, ...args: unknown[]) => unknown

export interface Sender {
  readonly contents: StandInContents
  /** The main frame where none is named; null for one that is gone meanwhile. */
  readonly frame?: StandInFrame | null
}

export class StandInIpc extends EventEmitter {
  readonly #handlers = new Map<string, Handler>()

  get channels(): string[] {
    return [...this.#handlers.keys()]
  }

  handle(channel: string, handler: Handler): void {
    if (this.#handlers.has(channel))
      throw new Error(`Attempted to register a second handler for '${channel}'`)
    this.#handlers.set(channel, handler)
  }

  removeHandler(channel: string): void {
    this.#handlers.delete(channel)
  }

  /** For tests: `ipcRenderer.invoke` of a page. */
  async invoke(sender: Sender, channel: string, args: readonly unknown[]): Promise<unknown> {
    const handler = this.#handlers.get(channel)
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`)
    return structuredClone(await handler(eventFrom(sender), ...structuredClone(args)))
  }

  /** For tests: `ipcRenderer.send` of a page. */
  send(sender: Sender, channel: string, args: readonly unknown[]): void {
    this.emit(channel, { ...eventFrom(sender), reply: () => undefined }, ...structuredClone(args))
  }
}

function eventFrom({ contents, frame }: Sender): object {
  const senderFrame = frame === undefined ? contents.mainFrame : frame
  return Object.assign(plainEvent(), {
    sender: contents,
    senderFrame,
    processId: senderFrame?.processId ?? 0,
    frameId: senderFrame?.routingId ?? 0,
    type: 'frame',
  })
}
