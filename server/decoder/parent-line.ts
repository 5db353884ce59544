/**
 * How a decoder hears its parent. Started by Node's fork it has a channel to it, and the file behind a descriptor. Started by
 * the supervisor for another process, its first message says at which socket that one waits and by which word it is known
 * there; what it reads of a file it asks for there.
 */
import { type Socket, createConnection } from 'node:net'
import { FrameReader, frameOf } from '../contracts/decoder-frames.ts'
import {
  type DecodeRequest,
  type DecoderOrder,
  type FromDecoder,
  MOST_READ_BYTES,
  type ShowRequest,
  type ToDecoder,
} from '../contracts/decoding.ts'
import { type FileBytes, fileBytes } from './file-bytes.ts'

const FILE = 3

export interface ParentLine {
  send(message: FromDecoder, then?: () => void): void
  /** The file of the request. */
  file(size: number): FileBytes
}

type Hear = (request: DecodeRequest | ShowRequest, line: ParentLine) => void

/** The part of Electron's `process.parentPort` that is used; under plain Node there is none. */
interface ParentPort {
  on(event: 'message', receive: (event: { readonly data: unknown }) => void): void
}

/** @throws Error when nobody has started it who could be heard */
export function hearParent(hear: Hear): void {
  const { parentPort }: { readonly parentPort?: unknown } = process
  if (parentPort !== undefined) {
    ;(parentPort as ParentPort).on('message', ({ data }) => answerAt(data as DecoderOrder, hear))
    return
  }
  if (process.send === undefined) throw new Error('the decoder is started by a process of the home')
  process.once('disconnect', () => process.exit(1))
  process.on('message', (message: DecodeRequest | ShowRequest | DecoderOrder) => {
    if ('type' in message) answerAt(message, hear)
    else hear(message, FORKED)
  })
}

const FORKED: ParentLine = {
  send(message, then) {
    process.send?.(message, undefined, undefined, then)
  },
  file: (size) => fileBytes(FILE, size),
}

function answerAt(order: DecoderOrder, hear: Hear): void {
  if (order.type !== 'decode') return
  const socket = createConnection({ path: order.socket })
  // It serves that one process, and ends with it.
  socket.on('error', () => process.exit(1))
  socket.on('close', () => process.exit(1))
  socket.write(`${order.word} ${process.pid}\n`)
  const line = new SocketLine(socket)
  const frames = new FrameReader()
  socket.on('data', (bytes) => {
    for (const message of frames.push(bytes) as ToDecoder[]) {
      if ('type' in message) line.gotBytes(message)
      else hear(message, line)
    }
  })
}

class SocketLine implements ParentLine {
  readonly #socket: Socket
  readonly #reads = new Map<number, (bytes: Uint8Array) => void>()
  #nextRead = 1

  constructor(socket: Socket) {
    this.#socket = socket
  }

  send(message: FromDecoder, then?: () => void): void {
    const [length, body] = frameOf(message)
    this.#socket.write(length)
    this.#socket.write(body, then)
  }

  gotBytes({ id, bytes }: Extract<ToDecoder, { readonly type: 'bytes' }>): void {
    this.#reads.get(id)?.(bytes)
    this.#reads.delete(id)
  }

  file(size: number): FileBytes {
    return {
      size,
      at: async (start, length) => {
        const wanted = Math.max(0, Math.min(length, size - start))
        const pieces: Uint8Array[] = []
        for (let filled = 0; filled < wanted;) {
          const piece = await this.#read(start + filled, Math.min(MOST_READ_BYTES, wanted - filled))
          if (piece.length === 0) break
          pieces.push(piece)
          filled += piece.length
        }
        return Buffer.concat(pieces)
      },
    }
  }

  async #read(start: number, length: number): Promise<Uint8Array> {
    const { promise, resolve } = Promise.withResolvers<Uint8Array>()
    const id = this.#nextRead
    this.#nextRead += 1
    this.#reads.set(id, resolve)
    this.send({ type: 'read', id, start, length })
    return promise
  }
}
