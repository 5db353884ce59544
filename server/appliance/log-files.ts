/**
 * The log files of the home, bounded: together at most 100 MB (rule 113). One writer, the supervisor; PostgreSQL
 * writes its own file through a descriptor that is opened here.
 */
import {
  closeSync,
  copyFileSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  truncateSync,
  writeSync,
  fstatSync,
} from 'node:fs'
import { join } from 'node:path'
import { plainLine } from '../core/plain-line.ts'

/** 8 files of 8 MiB for the home and 2 for its database: 80 MiB. */
const MAX_FILE_BYTES = 8 * 1024 * 1024
const HOME_FILES = 8
const MAX_LINE_LENGTH = 16 * 1024
const TAIL_BYTES = 64 * 1024

export interface HomeLog {
  /** Appends one line; control characters in it are escaped, overlong ones are cut. */
  write(line: string): void
  close(): void
}

/** Opens `homebird.log`; full files are renamed to `homebird.log.1` and so on. */
export function openHomeLog(folder: string, maxFileBytes = MAX_FILE_BYTES): HomeLog {
  return new RotatedLog(join(folder, 'homebird.log'), maxFileBytes)
}

class RotatedLog implements HomeLog {
  readonly #path: string
  readonly #maxFileBytes: number
  /** Null once it is closed: the number of a closed file may be that of another one by then. */
  #file: number | null
  #size: number
  /** The disk took the beginning of the last line only. */
  #isTorn = false

  constructor(path: string, maxFileBytes: number) {
    this.#path = path
    this.#maxFileBytes = maxFileBytes
    this.#file = openSync(path, 'a', 0o600)
    this.#size = fstatSync(this.#file).size
  }

  write(line: string): void {
    if (this.#file === null) return
    const bytes = Buffer.from(`${this.#isTorn ? '\n' : ''}${cleanLine(line)}\n`)
    const file = this.#size + bytes.length > this.#maxFileBytes ? this.#rotated(this.#file) : this.#file
    const written = writeSync(file, bytes)
    this.#size += written
    this.#isTorn = written < bytes.length
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file)
    this.#file = null
  }

  /** Where no new file can be had, nothing is renamed, and the full one stays open. @throws what the disk says */
  #rotated(full: number): number {
    const next = `${this.#path}.next`
    const file = openSync(next, 'w', 0o600)
    try {
      for (let number = HOME_FILES - 1; number >= 1; number -= 1) {
        const from = number === 1 ? this.#path : `${this.#path}.${number - 1}`
        renameIfThere(from, `${this.#path}.${number}`)
      }
      renameSync(next, this.#path)
    } catch (error) {
      closeSync(file)
      throw error
    }
    closeSync(full)
    this.#file = file
    this.#size = 0
    this.#isTorn = false
    return file
  }
}

/** One line that no terminal takes for a command. */
export function cleanLine(line: string): string {
  return plainLine(line.length > MAX_LINE_LENGTH ? `${line.slice(0, MAX_LINE_LENGTH)}… (cut)` : line)
}

function renameIfThere(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, to)
}

export interface PostgresLog {
  /** A descriptor to be given to the database, which appends; the caller closes its own after that. */
  openForWriting(): number
  /** Keeps a copy of a full file beside it and empties it in place: the database never has to open it again. */
  rotateIfFull(): void
  /** What was written since this object was made, at most the last `lines` lines. */
  tail(lines: number): string
}

export function postgresLog(folder: string, maxFileBytes = MAX_FILE_BYTES): PostgresLog {
  const path = join(folder, 'postgres.log')
  const sizeNow = (): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0
  let madeAt = sizeNow()
  return {
    openForWriting: () => openSync(path, 'a', 0o600),
    rotateIfFull() {
      if (sizeNow() < maxFileBytes) return
      try {
        copyFileSync(path, `${path}.1`)
      } finally {
        // Bounded in any case: a disk that takes no copy needs the room all the more.
        truncateSync(path)
        madeAt = 0
      }
    },
    tail(lines) {
      const size = sizeNow()
      const from = Math.max(Math.min(madeAt, size), size - TAIL_BYTES)
      return readPart(path, from, size - from)
        .trim()
        .split('\n')
        .slice(-lines)
        .map(cleanLine)
        .join('\n')
    },
  }
}

function readPart(path: string, from: number, length: number): string {
  if (length === 0) return ''
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(length)
    readSync(file, bytes, 0, length, from)
    return bytes.toString('utf8')
  } finally {
    closeSync(file)
  }
}
