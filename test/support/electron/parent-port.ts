/**
 * Loaded before a utility process of the stand-in: gives it `process.parentPort` as Electron documents it, and takes
 * Node's own channel away. Of the end of the other side the port says nothing, as nothing is documented.
 */
import { EventEmitter } from 'node:events'

const send = process.send?.bind(process)

class ParentPort extends EventEmitter {
  postMessage(message: unknown): void {
    if (process.connected) send?.(message, undefined, undefined, () => undefined)
  }

  start(): void {}
}

const port = new ParentPort()
process.on('message', (data) => port.emit('message', { data, ports: [] }))
process.on('disconnect', () => undefined)
Object.defineProperty(process, 'parentPort', { value: port })
Object.defineProperty(process, 'send', { value: undefined })
