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
    const lines = await this.#grown(this.#opened)
    if (lines.length > 0) return lines
    // Nothing more here: perhaps it was renamed, and there is another by its name.
    const newest = await openLog(this.#path)
    if (newest === undefined) return []
    if (newest.file === this.#opened.file) {
      await newest.handle.close()
      return []
    }
    await this.#opened.handle.close()
    this.#opened = newest
    this.#begin(newest.file, 0)
    return this.#grown(newest)
  }

  async close(): Promise<void> {
    await this.#opened?.handle.close()
  }

  get #path(): string {
    return filesOf(this.#source, this.#options.folder)[0] ?? ''
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

  async #grown({ handle, file }: OpenedLog): Promise<LogLine[]> {
    const place = this.#place
    if (place === null) return []
    const { size } = await handle.stat()
    const readAt = place.offset + this.#rest.length
    if (size < readAt) this.#begin(file, 0) // it was emptied in its place
    const from = (this.#place?.offset ?? 0) + this.#rest.length
    const bytes = Buffer.alloc(Math.min(size - from, MOST_BYTES_AT_ONCE))
    if (bytes.length === 0) return []
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, from)
    return this.#cut(file, Buffer.concat([this.#rest, bytes.subarray(0, bytesRead)]))
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
