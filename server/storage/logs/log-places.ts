/** The log files of the home and the places within them: a file is known by its number, since it is renamed when it is full. */
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'

/** The supervisor's lines and those of its children; and what the database says. */
export const LOG_SOURCES = ['home', 'database'] as const
export type LogSource = (typeof LOG_SOURCES)[number]

/** A byte of a file. */
export interface LogPlace {
  readonly file: string
  readonly offset: number
}

export type LogPlaces = Readonly<Partial<Record<LogSource, LogPlace>>>

/** Newest first; not all of them need to exist. */
export function filesOf(source: LogSource, folder: string): string[] {
  const name = source === 'home' ? 'homebird.log' : 'postgres.log'
  const older = source === 'home' ? [1, 2, 3, 4, 5, 6, 7] : [1]
  return [join(folder, name), ...older.map((number) => join(folder, `${name}.${number}`))]
}

export interface OpenedLog {
  readonly handle: FileHandle
  readonly file: string
  readonly size: number
}

/** Undefined where there is no such file or it may not be read. The caller closes it. */
export async function openLog(path: string): Promise<OpenedLog | undefined> {
  let handle: FileHandle
  try {
    handle = await open(path, 'r')
  } catch {
    return undefined
  }
  const { ino, size } = await handle.stat({ bigint: true })
  return { handle, file: String(ino), size: Number(size) }
}

/** `h:123:4567,d:124:89` */
export function formatPlaces(places: LogPlaces): string {
  return LOG_SOURCES.flatMap((source) => {
    const place = places[source]
    return place === undefined ? [] : [`${source.slice(0, 1)}:${place.file}:${place.offset}`]
  }).join(',')
}

/** Null for what was not written by `formatPlaces`. */
export function parsePlaces(text: string): LogPlaces | null {
  const places: Partial<Record<LogSource, LogPlace>> = {}
  for (const part of text.split(',')) {
    const [, letter, file, offset] = /^([hd]):(\d{1,20}):(\d{1,15})$/.exec(part) ?? []
    if (file === undefined) return null
    places[letter === 'h' ? 'home' : 'database'] = { file, offset: Number(offset) }
  }
  return places
}
