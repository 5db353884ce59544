/**
 * Where a process takes in the decoders that the supervisor starts for it: a socket in the private folder of the home. A
 * decoder says the word that was made for it alone; whoever says none that is expected is cut off at once.
 */
import { createHash } from 'node:crypto'
import { chmodSync, rmSync } from 'node:fs'
import { type Server, type Socket, createServer } from 'node:net'
import { HomebirdError } from '../core/errors.ts'

/** A word of 43 letters, a number, a line feed. */
const MOST_HELLO_BYTES = 64
const HELLO = /^([\w-]{43}) (\d{1,10})$/
const HELLO_LIMIT_MS = 3_000
const MOST_STRANGERS = 16

export interface ArrivedDecoder {
  readonly socket: Socket
  /** As it says of itself, before it has read anything. */
  readonly pid: number
}

export class DecoderDoor {
  readonly #path: string
  readonly #expected = new Map<string, PromiseWithResolvers<ArrivedDecoder>>()
  readonly #strangers = new Set<Socket>()
  #opening: Promise<Server> | null = null

  /** @param path  a socket that only this user can reach, or a named pipe */
  constructor(path: string) {
    this.#path = path
  }

  /**
   * Opens with the first call. @throws HomebirdError UNAVAILABLE when it does not come in time, and the system's error
   *   where the socket cannot be opened
   */
  async expect(word: string, limitMs: number): Promise<{ readonly arrived: Promise<ArrivedDecoder> }> {
    this.#opening ??= this.#open()
    try {
      await this.#opening
    } catch (error) {
      this.#opening = null
      throw error
    }
    const arrival = Promise.withResolvers<ArrivedDecoder>()
    const name = digestOf(word)
    this.#expected.set(name, arrival)
    const timer = setTimeout(
      () =>
        arrival.reject(
          new HomebirdError('UNAVAILABLE', `a decoder did not come within ${limitMs / 1_000} s`),
        ),
      limitMs,
    )
    const arrived = arrival.promise.finally(() => {
      clearTimeout(timer)
      this.#expected.delete(name)
    })
    arrived.catch(() => undefined) // who awaits it learns of it
    return { arrived }
  }

  async close(): Promise<void> {
    const opening = this.#opening
    this.#opening = null
    for (const { reject } of this.#expected.values())
      reject(new HomebirdError('UNAVAILABLE', 'the process that waits for the decoder ends'))
    for (const socket of this.#strangers) socket.destroy()
    const server = await opening?.catch(() => null)
    // Those that came in close by themselves; nobody waits for them here.
    server?.close()
  }

  async #open(): Promise<Server> {
    if (process.platform !== 'win32') rmSync(this.#path, { force: true })
    const server = createServer((socket) => this.#receive(socket))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ path: this.#path }, resolve)
    })
    if (process.platform !== 'win32') chmodSync(this.#path, 0o600)
    return server.unref()
  }

  #receive(socket: Socket): void {
    if (this.#strangers.size >= MOST_STRANGERS) return void socket.destroy()
    this.#strangers.add(socket)
    socket.setTimeout(HELLO_LIMIT_MS, () => socket.destroy())
    socket.on('error', () => socket.destroy()) // its end says all that there is to say
    socket.once('close', () => this.#strangers.delete(socket))
    let seen = Buffer.alloc(0)
    const hear = (bytes: Buffer): void => {
      seen = Buffer.concat([seen, bytes])
      const end = seen.indexOf('\n')
      if (end < 0 && seen.length < MOST_HELLO_BYTES) return
      socket.off('data', hear)
      socket.pause()
      const [, word = '', pid = '0'] = HELLO.exec(seen.toString('latin1', 0, Math.max(end, 0))) ?? []
      const arrival = this.#expected.get(digestOf(word))
      // It has been told nothing yet, so it has nothing else to say.
      if (arrival === undefined || end !== seen.length - 1) return void socket.destroy()
      this.#strangers.delete(socket)
      socket.setTimeout(0)
      arrival.resolve({ socket, pid: Number(pid) })
    }
    socket.on('data', hear)
  }
}

/** Looked up by its digest, so that the time of looking tells nothing of the word. */
const digestOf = (word: string): string => createHash('sha256').update(word).digest('hex')
