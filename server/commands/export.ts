/** `homebird export <what>`: everything of an identity as an archive, its posts as pages, or one of its lists, written to a file. */
import { createWriteStream, existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { archiveEntries } from '../activitypub/own-archive.ts'
import type { Context } from '../context.ts'
import type { ExitCode } from '../contracts/exit-code.ts'
import { HomebirdError } from '../core/errors.ts'
import type { Actor } from '../domain/actors/actor.ts'
import { exportFilters } from '../domain/exports/export-filters.ts'
import { LIST_FILES } from '../domain/exports/export-lists.ts'
import { htmlEntries } from '../domain/exports/html-copy.ts'
import { type ExportWatch, countOwn } from '../domain/exports/own-files.ts'
import { requireRoom } from '../storage/export-folder.ts'
import { writeZip } from '../storage/zip-file.ts'
import type { CommandIo } from './command-io.ts'
import type { CommonOptions } from './options.ts'
import { identityNamed, withContext } from './with-context.ts'

export interface ExportOptions extends CommonOptions {
  readonly out?: string
  /** Name or handle; the oldest identity unless it is said. */
  readonly identity?: string
  readonly private?: boolean
  readonly withKeys?: boolean
}

const TOLD_EVERY_MS = 2_000
const KINDS = ['archive', 'html', ...Object.keys(LIST_FILES), 'filters'] as const

/** @throws HomebirdError USAGE, STORAGE_FULL; then no file is left */
export async function exportThing(what: string, options: ExportOptions): Promise<ExitCode> {
  const kind = KINDS.find((one) => one === what)
  if (kind === undefined) throw usage(`"${what}" is none of ${KINDS.join(', ')}`)
  if (options.withKeys === true && kind !== 'archive') {
    throw usage('--with-keys goes with archive: only there are keys')
  }
  if (options.private === true && kind !== 'html') {
    throw usage('--private goes with html: an archive has private posts, and lists have no posts')
  }
  const work = async (context: Context, io: CommandIo): Promise<void> => {
    const identity = await identityNamed(context.db, options.identity)
    if (kind === 'archive' || kind === 'html') await exportZip(context, io, { kind, identity, options })
    else await exportList(context, io, { kind, identity, out: options.out })
  }
  return withContext('export', options, work, { whoeverSpeaks: true })
}

const usage = (text: string): HomebirdError => new HomebirdError('USAGE', text)

interface ZipOrder {
  readonly kind: 'archive' | 'html'
  readonly identity: Actor
  readonly options: ExportOptions
}

async function exportZip(context: Context, io: CommandIo, order: ZipOrder): Promise<void> {
  const { db, media, clock } = context
  const { kind, identity, options } = order
  const path = freePath(
    options.out ?? `${nameOf(identity)}-${kind}-${clock.now().toISOString().slice(0, 10)}.zip`,
  )
  const isPrivate = kind === 'archive' || options.private === true
  const counts = await countOwn(db, { actorId: identity.id, isPrivate })
  await requireRoom(dirname(path), counts.bytes)
  const told = new TellingWatch(io, counts.posts + counts.files, () => clock.monotonicMs())
  const entries =
    kind === 'archive'
      ? archiveEntries({ db, media, identity, watch: told, withKeys: options.withKeys === true })
      : htmlEntries({ db, media, identity, watch: told, isPrivate, now: clock.now() })
  const bytes = await unlessBrokenOff((signal) => writeZip(entries, { path, signal }))
  const { posts, files } = counts
  io.put({ file: path, bytes, posts, files, missing: told.lost })
  io.say(`${path}: ${posts} posts, ${files} files, ${bytes} bytes`)
  for (const key of told.lost) io.say(`  missing in the home, so not in it: ${key}`)
  if (options.withKeys === true) {
    io.say('  Whoever has keys.json can speak as you: keep the file where nobody else reads.')
  }
}

/** Ctrl-C leaves nothing half written. */
async function unlessBrokenOff<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const broken = new AbortController()
  const breakOff = (): void => broken.abort(usage('broken off; nothing was written'))
  process.once('SIGINT', breakOff)
  process.once('SIGTERM', breakOff)
  try {
    return await work(broken.signal)
  } catch (error) {
    throw broken.signal.aborted ? broken.signal.reason : error
  } finally {
    process.off('SIGINT', breakOff)
    process.off('SIGTERM', breakOff)
  }
}

class TellingWatch implements ExportWatch {
  readonly lost: string[] = []
  readonly #io: CommandIo
  readonly #total: number
  readonly #nowMs: () => number
  #done = 0
  #toldAtMs: number

  constructor(io: CommandIo, total: number, nowMs: () => number) {
    this.#io = io
    this.#total = total
    this.#nowMs = nowMs
    this.#toldAtMs = nowMs()
  }

  async step(count: number): Promise<void> {
    this.#done += count
    if (this.#nowMs() - this.#toldAtMs < TOLD_EVERY_MS) return
    this.#toldAtMs = this.#nowMs()
    this.#io.say(`  ${this.#done} of ${this.#total}`)
    this.#io.put({ progress: { done: this.#done, total: this.#total } })
  }

  missing(key: string): void {
    this.lost.push(key)
  }
}

interface ListOrder {
  readonly kind: Exclude<(typeof KINDS)[number], 'archive' | 'html'>
  readonly identity: Actor
  readonly out: string | undefined
}

async function exportList({ db }: Context, io: CommandIo, { kind, identity, out }: ListOrder): Promise<void> {
  const isFilters = kind === 'filters'
  const lines = isFilters
    ? Readable.from([await exportFilters(db, identity.id)])
    : Readable.from(LIST_FILES[kind as keyof typeof LIST_FILES](db, identity.id))
  if (out === '-') return pipeline(lines, process.stdout, { end: false })
  const path = freePath(out ?? `${nameOf(identity)}-${kind}.${isFilters ? 'json' : 'csv'}`)
  await pipeline(lines, createWriteStream(path, { mode: 0o600, flags: 'wx' }))
  io.put({ file: path })
  io.say(path)
}

const nameOf = ({ username, handle_domain: domain }: Actor): string =>
  `${username}-${domain}`.replace(/[^\w.-]/g, '')

/** @throws HomebirdError USAGE for a file that is there, or whose folder is not */
function freePath(name: string): string {
  const path = resolve(name)
  if (existsSync(path)) throw usage(`${path} is there already; choose another name with --out`)
  if (!existsSync(dirname(path))) throw usage(`the folder ${dirname(path)} does not exist; make it first`)
  return path
}
