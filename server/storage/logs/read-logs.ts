/** Reads the logs of the home backwards, newest lines first, from any place and over the borders of files. */
import type { LogLine } from '../../contracts/logs.ts'
import type { Redactor } from '../../core/redact.ts'
import { type RawLine, parseLogLine } from './log-line.ts'
import {
  LOG_SOURCES,
  type LogPlace,
  type LogPlaces,
  type LogSource,
  type OpenedLog,
  filesOf,
  openLog,
} from './log-places.ts'

const CHUNK_BYTES = 65_536
/** A line that is longer is no line of ours. */
const MOST_LINE_BYTES = 262_144

export interface LogWanted {
  /** Only lines for which this is true. */
  readonly matches: (line: LogLine) => boolean
  readonly limit: number
  /** Lines that are looked at; a search that finds little ends here and is gone on with. */
  readonly mostLooked: number
  /** Of text in the lines that are found, about; without it `limit` alone bounds them. */
  readonly mostCharacters?: number
  /** Null: from the newest. */
  readonly before: LogPlaces | null
}

export interface FoundLines {
  readonly lines: readonly LogLine[]
  /** Null at the end. */
  readonly before: LogPlaces | null
  /** Where the files ended when reading began. */
  readonly ends: LogPlaces
}

export async function readLogs(folder: string, redact: Redactor, wanted: LogWanted): Promise<FoundLines> {
  const ends = await endsOf(folder)
  const places: Partial<Record<LogSource, LogPlace>> = { ...(wanted.before ?? ends) }
  const readers = new Map<LogSource, AsyncGenerator<LogLine & { readonly place: LogPlace }>>()
  const heads = new Map<LogSource, LogLine & { readonly place: LogPlace }>()
  const advance = async (source: LogSource): Promise<void> => {
    const next = await readers.get(source)?.next()
    if (next === undefined || next.done === true) heads.delete(source)
    else heads.set(source, next.value)
  }
  const lines: LogLine[] = []
  const { mostCharacters = Number.POSITIVE_INFINITY } = wanted
  let [looked, characters] = [0, 0]
  const isEnough = (): boolean =>
    lines.length >= wanted.limit || looked >= wanted.mostLooked || characters >= mostCharacters
  try {
    for (const source of LOG_SOURCES) {
      const from = places[source]
      if (from === undefined) continue
      readers.set(source, linesBefore(source, folder, from, redact))
      await advance(source)
    }
    while (heads.size > 0 && !isEnough()) {
      const source = newestOf(heads)
      const head = heads.get(source)
      if (head === undefined) break
      const { place, ...line } = head
      looked += 1
      if (wanted.matches(line)) {
        lines.push(line)
        characters += line.text.length
      }
      places[source] = place
      await advance(source)
    }
  } finally {
    for (const reader of readers.values()) await reader.return(undefined)
  }
  return { lines, before: heads.size === 0 ? null : places, ends }
}

/** Where each file ends now. */
export async function endsOf(folder: string): Promise<LogPlaces> {
  const ends: Partial<Record<LogSource, LogPlace>> = {}
  for (const source of LOG_SOURCES) {
    const [newest = ''] = filesOf(source, folder)
    const opened = await openLog(newest)
    if (opened === undefined) continue
    ends[source] = { file: opened.file, offset: opened.size }
    await opened.handle.close()
  }
  return ends
}

/** A line without a time belongs to the one before it. */
function newestOf(heads: ReadonlyMap<LogSource, LogLine>): LogSource {
  const [first, second] = [...heads]
  if (first === undefined || second === undefined) return first?.[0] ?? 'home'
  if (first[1].at === '') return first[0]
  if (second[1].at === '') return second[0]
  return second[1].at > first[1].at ? second[0] : first[0]
}

/** @param from  the line that ends before this byte is the first */
async function* linesBefore(
  source: LogSource,
  folder: string,
  from: LogPlace,
  redact: Redactor,
): AsyncGenerator<LogLine & { readonly place: LogPlace }> {
  let isFound = false
  for (const path of filesOf(source, folder)) {
    const opened = await openLog(path)
    if (opened === undefined) continue
    try {
      if (!isFound && opened.file !== from.file) continue
      const end = isFound ? opened.size : Math.min(from.offset, opened.size)
      isFound = true
      for await (const raw of rawLinesBefore(source, opened, end)) {
        const line = parseLogLine(raw, redact)
        if (line !== null) yield { ...line, place: { file: raw.file, offset: raw.offset } }
      }
    } finally {
      await opened.handle.close()
    }
  }
}

async function* rawLinesBefore(
  source: LogSource,
  { handle, file }: OpenedLog,
  end: number,
): AsyncGenerator<RawLine> {
  let tail = Buffer.alloc(0)
  let start = end
  while (start > 0) {
    const length = Math.min(CHUNK_BYTES, start)
    const chunk = Buffer.alloc(length)
    const { bytesRead } = await handle.read(chunk, 0, length, start - length)
    if (bytesRead < length) return // it was cut while it was read
    start -= length
    tail = Buffer.concat([chunk, tail])
    let last = tail.length
    for (;;) {
      // The line feed that ends this line is not the one that ends the line before.
      const feed = tail.lastIndexOf(10, last - 2)
      if (last < 2 || feed === -1) break
      yield { source, file, offset: start + feed + 1, text: textOf(tail.subarray(feed + 1, last)) }
      last = feed + 1
    }
    tail = last > MOST_LINE_BYTES ? Buffer.alloc(0) : tail.subarray(0, last)
  }
  if (tail.length > 0) yield { source, file, offset: 0, text: textOf(tail) }
}

const textOf = (bytes: Buffer): string => bytes.toString('utf8').replace(/\r?\n$/, '')
