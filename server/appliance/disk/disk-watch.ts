/**
 * Watches the room on the disk that the home lies on: says when a step is passed, holds the reserve while there is room
 * for it and lets it go when there is none.
 * @see security rule 115
 */
import { statfsSync } from 'node:fs'
import { type DiskFacts, NO_ROOM_BYTES, type Room, roomOf } from '../../contracts/room.ts'
import { describeError } from '../../core/errors.ts'
import { RESERVE_BYTES, type ReserveFile } from './reserve-file.ts'

const LOOK_EVERY_MS = 2_000
/** With less than this the next segment of the database's log may find no room. */
const RELEASE_BELOW_BYTES = RESERVE_BYTES / 2
/** With so much the reserve can be made and the home is still far from its limits. */
const HOLD_ABOVE_BYTES = 1.1 * NO_ROOM_BYTES + RESERVE_BYTES
/** A home that has just started has better things to do, unless its room is short. */
const HOLD_AFTER_MS = 60_000
const SHORT_ROOM_BYTES = 2_048 * 1_048_576

interface DiskWatchOptions {
  readonly folder: string
  readonly reserve: ReserveFile
  readonly monotonicMs: () => number
  /** Of the file system; null where it does not tell. */
  readonly freeBytes?: (folder: string) => number | null
  readonly notice: (level: 'info' | 'warn' | 'error', message: string) => void
  /** Another step than before; not told of the first look when there is enough. */
  readonly changed: (room: Room) => void
}

export class DiskWatch {
  readonly #options: DiskWatchOptions
  readonly #read: (folder: string) => number | null
  readonly #bornAtMs: number
  #freeBytes: number | null = null
  #room: Room = 'enough'
  #holding: Promise<void> | null = null
  #cannotHoldUntilMs = 0
  #timer: NodeJS.Timeout | null = null

  constructor(options: DiskWatchOptions) {
    this.#options = options
    this.#read = options.freeBytes ?? freeBytesOf
    this.#bornAtMs = options.monotonicMs()
  }

  get room(): Room {
    return this.#room
  }

  facts(): DiskFacts {
    return { freeBytes: this.#freeBytes, room: this.#room, hasReserve: this.#options.reserve.isHeld }
  }

  start(): void {
    this.look()
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS)
    this.#timer.unref()
  }

  /** Looks at once. @returns whether the reserve was let go just now */
  look(): boolean {
    const { folder } = this.#options
    const freeBytes = this.#read(folder)
    this.#freeBytes = freeBytes
    if (freeBytes === null) return false
    const hasReleased = freeBytes < RELEASE_BELOW_BYTES && this.#release(freeBytes)
    this.#step(freeBytes)
    if (!hasReleased) this.#holdIfThereIsRoom(freeBytes)
    return hasReleased
  }

  /** The home is about to stop: what is to be written to stop in order gets room. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#holding
    if (this.#room === 'none') this.#release(this.#freeBytes ?? 0)
  }

  #step(freeBytes: number): void {
    const before = this.#room
    this.#room = roomOf(freeBytes, before)
    if (this.#room === before) return
    const { level, words } = SENTENCES[this.#room]
    this.#options.notice(level, `${megabytes(freeBytes)} are free in ${this.#options.folder}: ${words}`)
    this.#options.changed(this.#room)
  }

  #release(freeBytes: number): boolean {
    const { reserve, notice, folder } = this.#options
    try {
      if (!reserve.release()) return false
    } catch (error) {
      notice('error', `the reserve of ${folder} cannot be let go: ${describeError(error)}`)
      return false
    }
    notice('warn', `${megabytes(freeBytes)} are free in ${folder}: the home uses its reserve of room`)
    return true
  }

  #holdIfThereIsRoom(freeBytes: number): void {
    const { reserve, notice, monotonicMs } = this.#options
    const isTime = monotonicMs() - this.#bornAtMs >= HOLD_AFTER_MS || freeBytes < SHORT_ROOM_BYTES
    if (!isTime || freeBytes < HOLD_ABOVE_BYTES || this.#holding !== null || reserve.isHeld) return
    if (monotonicMs() < this.#cannotHoldUntilMs) return
    this.#holding = reserve
      .hold()
      .catch((error: unknown) => {
        this.#cannotHoldUntilMs = monotonicMs() + HOLD_AFTER_MS
        notice('warn', `no room is held in reserve: ${describeError(error)}`)
      })
      .finally(() => {
        this.#holding = null
      })
  }
}

/**
 * Before a home starts on a full disk: lets go of the reserve, as what is opened first may have to write.
 * @returns whether there was one
 */
export function makeRoomToStart(folder: string, reserve: Pick<ReserveFile, 'release'>): boolean {
  const freeBytes = freeBytesOf(folder)
  return freeBytes !== null && freeBytes < RELEASE_BELOW_BYTES && reserve.release()
}

const SENTENCES: Readonly<
  Record<Room, { readonly level: 'info' | 'warn' | 'error'; readonly words: string }>
> = {
  enough: { level: 'info', words: 'there is room again' },
  low: { level: 'warn', words: 'it will be full before long; make room, or clear what is cached' },
  scarce: { level: 'warn', words: 'nothing more of others is cached until there is room again' },
  none: {
    level: 'error',
    words: 'nothing new is taken in until there is room again; delete files on this disk, or clear a cache',
  },
}

const megabytes = (bytes: number): string => `${Math.floor(bytes / 1_048_576)} MB`

/** Some network file systems say that all of nothing is free. */
function freeBytesOf(folder: string): number | null {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder)
    return blocks === 0 ? null : bavail * bsize
  } catch {
    return null // whoever writes there finds out why
  }
}
