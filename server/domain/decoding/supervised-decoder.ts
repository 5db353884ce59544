/**
 * Decoders that the supervisor starts for this process, which cannot start any itself: what runs in Electron has no Node to
 * fork. They come to a socket of this process; what they read of a file they are handed piece by piece, so that they know no
 * path and hold no descriptor.
 */
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import type { DecoderRequest } from '../../contracts/child-message.ts'
import { FrameReader, frameOf } from '../../contracts/decoder-frames.ts'
import { type FromDecoder, MOST_READ_BYTES, type ToDecoder } from '../../contracts/decoding.ts'
import { describeError } from '../../core/errors.ts'
import { type ArrivedDecoder, DecoderDoor } from '../../net/decoder-door.ts'
import {
  type DecoderEnd,
  type DecoderLaunch,
  type DecoderProcess,
  type StartDecoder,
  residentBytes,
} from './decoder-process.ts'

const ARRIVAL_LIMIT_MS = 10_000

interface SupervisedSource {
  readonly socket: string
  /** Asks the supervisor. */
  readonly inquire: (request: DecoderRequest) => Promise<unknown>
}

export interface SupervisedDecoders {
  readonly start: StartDecoder
  close(): Promise<void>
}

export function superviseDecoders({ socket, inquire }: SupervisedSource): SupervisedDecoders {
  const door = new DecoderDoor(socket)
  return {
    start: (launch) => new SupervisedDecoder({ door, inquire, launch }),
    close: () => door.close(),
  }
}

interface DecoderParts extends Pick<SupervisedSource, 'inquire'> {
  readonly door: DecoderDoor
  readonly launch: DecoderLaunch
}

class SupervisedDecoder implements DecoderProcess {
  readonly #parts: DecoderParts
  readonly #ended = Promise.withResolvers<DecoderEnd>()
  readonly #unsent: ToDecoder[] = []
  readonly #frames = new FrameReader()
  #arrived: ArrivedDecoder | null = null
  #id: number | null = null
  #hear: (message: FromDecoder) => void = () => undefined
  #isHeld = true
  #isOver = false
  /** One after the other: a decoder that asks for everything at once gets no more memory of this process by it. */
  #reading: Promise<void> = Promise.resolve()

  constructor(parts: DecoderParts) {
    this.#parts = parts
    this.#begin().catch((error: unknown) =>
      this.#end(error instanceof Error ? error : new Error(String(error))),
    )
  }

  send(request: ToDecoder): void {
    const socket = this.#arrived?.socket
    if (socket === undefined) this.#unsent.push(request)
    else write(socket, request)
  }

  onMessage(hear: (message: FromDecoder) => void): void {
    this.#hear = hear
  }

  onEnd(ended: (end: DecoderEnd) => void): void {
    void this.#ended.promise.then(ended)
  }

  kill(): void {
    this.#end(null)
  }

  hold(isHeld: boolean): void {
    this.#isHeld = isHeld
    if (isHeld) this.#arrived?.socket.ref()
    else this.#arrived?.socket.unref()
  }

  residentBytes(): number | null {
    return residentBytes(this.#arrived?.pid)
  }

  async #begin(): Promise<void> {
    const { door, inquire, launch } = this.#parts
    const word = randomBytes(32).toString('base64url')
    const { arrived } = await door.expect(word, ARRIVAL_LIMIT_MS)
    const answer = await inquire({ kind: 'decoder', word, heapMb: launch.heapMb ?? null })
    this.#id = Number((answer as { readonly id?: unknown } | null)?.id)
    if (this.#isOver) return this.#endProcess()
    const decoder = await arrived
    if (this.#isOver) return void decoder.socket.destroy()
    this.#arrived = decoder
    const { socket } = decoder
    socket.once('close', () => this.#end(null))
    socket.on('data', (bytes) => this.#receive(bytes))
    this.hold(this.#isHeld)
    for (const message of this.#unsent.splice(0)) write(socket, message)
    socket.resume()
  }

  #receive(bytes: Buffer): void {
    try {
      for (const message of this.#frames.push(bytes) as FromDecoder[]) {
        if (message.type === 'read') this.#reading = this.#reading.then(async () => this.#read(message))
        else this.#hear(message)
      }
    } catch {
      this.#end(null) // it says what no decoder of ours would say
    }
  }

  async #read({ id, start, length }: Extract<FromDecoder, { readonly type: 'read' }>): Promise<void> {
    const { file } = this.#parts.launch
    const socket = this.#arrived?.socket
    const isSound = Number.isSafeInteger(start) && start >= 0 && length >= 0 && length <= MOST_READ_BYTES
    if (file === undefined || socket === undefined || this.#isOver) return
    if (!isSound) return this.#end(null)
    try {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, start)
      if (write(socket, { type: 'bytes', id, bytes: buffer.subarray(0, bytesRead) })) return
      await new Promise<void>((resolve) => {
        socket.once('drain', resolve)
        socket.once('close', () => resolve())
      })
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(describeError(error)))
    }
  }

  #end(failure: Error | null): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#arrived?.socket.destroy()
    this.#endProcess()
    this.#ended.resolve({
      failure,
      code: null,
      signal: null,
      errorText: 'logs/homebird.log holds what it said',
    })
  }

  /** Also one that ends by itself: what is stuck does not see its socket close. */
  #endProcess(): void {
    if (this.#id === null) return
    // A supervisor that is gone has taken its decoders with it.
    this.#parts.inquire({ kind: 'end_decoder', id: this.#id }).catch(() => undefined)
  }
}

function write(socket: Socket, message: ToDecoder): boolean {
  const [length, body] = frameOf(message)
  socket.write(length)
  return socket.write(body)
}
