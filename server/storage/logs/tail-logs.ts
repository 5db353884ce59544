/** Follows the logs of the home as they grow, over the moment at which a full file is renamed. */
import { setTimeout as delay } from 'node:timers/promises'
import type { LogLine } from '../../contracts/logs.ts'
import type { Redactor } from '../../core/redact.ts'
import { parseLogLine } from './log-line.ts'
import {
  LOG_SOURCES,
  type LogPlaces,
  type LogSource,
  type OpenedLog,
  filesOf,
  openLog,
} from './log-places.ts'
import { endsOf } from './read-logs.ts'

const LOOK_EVERY_MS = 400
const MOST_BYTES_AT_ONCE = 262_144

export interface TailOptions {
  readonly folder: string
  readonly redact: Redactor
  /** Null: from now on. */
  readonly after: LogPlaces | null
  readonly signal: AbortSignal
  /** Lines in their order, never none. */
  readonly onLines: (lines: readonly LogLine[]) => void
}

/** Ends with the signal. */
export async function tailLogs(options: TailOptions): Promise<void> {
  const { folder, signal, onLines } = options
  const after = options.after ?? (await endsOf(folder))
  const tails = LOG_SOURCES.map((source) => new SourceTail(source, options, after))
  try {
    while (!signal.aborted) {
      const lines = (await Promise.all(tails.map(async (tail) => tail.read()))).flat()
      if (signal.aborted) return
      if (lines.length > 0) onLines(lines.toSorted(byTime))
      await pause(LOOK_EVERY_MS, signal)
    }
  } finally {
    for (const tail of tails) await tail.close()
  }
}

const byTime = (one: LogLine, other: LogLine): number =>
  one.at === '' || other.at === '' || one.at === other.at ? 0 : one.at < other.at ? -1 : 1

/** Also over when the signal says so. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined)
}

interface Grown {
  readonly lines: LogLine[]
  /** Also when no line was whole. */
  readonly hasGrown: boolean
}

class SourceTail {
  readonly #source: LogSource
  readonly #options: TailOptions
  #opened: OpenedLog | undefined
  #place: { file: string; offset: number } | null
  #rest = Buffer.alloc(0)

  constructor(source: LogSource, options: TailOptions, after: LogPlaces) {
    this.#source = source
    this.#options = options
    const place = after[source]
    this.#place = place === undefined ? null : { ...place }
  }

  async read(): Promise<LogLine[]> {
    this.#opened ??= await this.#open()
    if (this.#opened === undefined) return []
    const { lines, hasGrown } = await this.#grown(this.#opened)
    if (hasGrown) return lines
    // Nothing more here: perhaps it was renamed, and there is another by its name.
    const next = await this.#next(this.#opened)
    if (next === undefined) return []
    // What came between the last look and the renaming; after it nobody writes here any more.
    const last = await this.#grown(this.#opened)
    if (last.hasGrown) {
      await next.handle.close()
      return last.lines
    }
    await this.#opened.handle.close()
    this.#opened = next
    this.#begin(next.file, 0)
    return (await this.#grown(next)).lines
  }

  /** The file that was begun after this one; undefined while this one is the newest. The caller closes it. */
  async #next({ file }: OpenedLog): Promise<OpenedLog | undefined> {
    let next: OpenedLog | undefined
    for (const path of filesOf(this.#source, this.#options.folder)) {
      const opened = await openLog(path)
      if (opened === undefined) continue
      if (opened.file === file) {
        await opened.handle.close()
        return next
      }
      await next?.handle.close()
      next = opened
    }
    return next
  }

  async close(): Promise<void> {
    await this.#opened?.handle.close()
  }

  /** The file of the place, which may have been renamed since; else the newest, from its beginning. */
  async #open(): Promise<OpenedLog | undefined> {
    for (const path of filesOf(this.#source, this.#options.folder)) {
      const opened = await openLog(path)
      if (opened === undefined) continue
      if (this.#place === null || opened.file === this.#place.file) {
        this.#begin(opened.file, this.#place?.offset ?? 0)
        return opened
      }
      await opened.handle.close()
    }
    this.#place = null
    return undefined
  }

  #begin(file: string, offset: number): void {
    this.#place = { file, offset }
    this.#rest = Buffer.alloc(0)
  }

  async #grown({ handle, file }: OpenedLog): Promise<Grown> {
    const place = this.#place
    if (place === null) return { lines: [], hasGrown: false }
    const { size } = await handle.stat()
    const readAt = place.offset + this.#rest.length
    if (size < readAt) this.#begin(file, 0) // it was emptied in its place
    const from = (this.#place?.offset ?? 0) + this.#rest.length
    const bytes = Buffer.alloc(Math.min(size - from, MOST_BYTES_AT_ONCE))
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, from)
    if (bytesRead === 0) return { lines: [], hasGrown: false }
    const lines = this.#cut(file, Buffer.concat([this.#rest, bytes.subarray(0, bytesRead)]))
    return { lines, hasGrown: true }
  }

  /** Whole lines; what has no end yet waits for it. */
  #cut(file: string, bytes: Buffer): LogLine[] {
    const lines: LogLine[] = []
    let [start, offset] = [0, this.#place?.offset ?? 0]
    for (let feed = bytes.indexOf(10); feed !== -1; feed = bytes.indexOf(10, start)) {
      const text = bytes.subarray(start, feed).toString('utf8')
      const line = parseLogLine({ source: this.#source, file, offset, text }, this.#options.redact)
      if (line !== null) lines.push(line)
      offset += feed + 1 - start
      start = feed + 1
    }
    const rest = bytes.subarray(start)
    // A line without an end is given up: what follows it is read on from here.
    const isEndless = rest.length > MOST_BYTES_AT_ONCE
    this.#place = { file, offset: isEndless ? offset + rest.length : offset }
    this.#rest = isEndless ? Buffer.alloc(0) : Buffer.from(rest)
    return lines
  }
}
