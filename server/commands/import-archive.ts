/** `homebird import archive <file>`: brings the posts of a former account along and shows how it goes. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type ArchiveProgress, MOST_ARCHIVE_BYTES } from '../contracts/archive.ts'
import type { ExitCode } from '../contracts/exit-code.ts'
import { HomebirdError } from '../core/errors.ts'
import type { Database } from '../db/pool.ts'
import { beginArchive, getArchive } from '../domain/archives/archive-progress.ts'
import type { CommandIo } from './command-io.ts'
import { type ImportOptions, LOOK_EVERY_MS, PATIENCE_MS, identityOf } from './import.ts'
import { withContext } from './with-context.ts'

const OVER: ReadonlySet<ArchiveProgress['state']> = new Set(['finished', 'failed', 'cancelled'])

/** @throws HomebirdError USAGE, STORAGE_FULL where there is no room for a copy, DOCUMENT_INVALID for what is no such archive */
export async function importArchive(file: string, options: ImportOptions): Promise<ExitCode> {
  if (options.mode !== 'merge' || options.dryRun === true || options.confirm === true) {
    throw usage('an archive is only ever added to what is there: leave --mode, --dry-run and --confirm out')
  }
  await requireReadable(file)
  return withContext('import', options, async ({ db, shelf }, io) => {
    const actorId = await identityOf(db, options.identity)
    io.say(`Copying ${basename(file)} to where the home works on it.`)
    const taken = await shelf.take(createReadStream(file), MOST_ARCHIVE_BYTES)
    const id = await beginArchive(db, shelf, { actorId, name: basename(file), taken, now: new Date() })
    const progress = options.wait ? await follow(db, io, id) : await getArchive(db, id)
    io.put(progress)
    if (progress.state === 'failed') {
      throw new HomebirdError('DOCUMENT_INVALID', progress.failure ?? 'the archive could not be taken in')
    }
    tellEnd(io, progress)
  })
}

const usage = (text: string): HomebirdError => new HomebirdError('USAGE', text)

/** @throws HomebirdError USAGE */
async function requireReadable(file: string): Promise<void> {
  const found = await stat(file).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new HomebirdError('USAGE', `${file} cannot be read: ${reason}`, { cause })
  })
  if (!found.isFile()) throw usage(`${file} is no file; take the archive as the other server gave it`)
  if (found.size > MOST_ARCHIVE_BYTES) {
    throw usage(`${file} is larger than ${MOST_ARCHIVE_BYTES / 1_073_741_824} GB; divide it`)
  }
}

/** Until it is over, or nothing has moved for a while: then the home does not run. */
async function follow(db: Database, io: CommandIo, id: string): Promise<ArchiveProgress> {
  let last = await getArchive(db, id)
  for (let quietMs = 0; !OVER.has(last.state) && quietMs < PATIENCE_MS; quietMs += LOOK_EVERY_MS) {
    await delay(LOOK_EVERY_MS)
    const now = await getArchive(db, id)
    if (now.pending !== last.pending || now.entries !== last.entries || now.state !== last.state) {
      quietMs = 0
      io.say(`  ${now.done} of ${now.entries} posts, ${now.filesDone} files`)
      io.put({ progress: now })
    }
    last = now
  }
  return last
}

function tellEnd(io: CommandIo, progress: ArchiveProgress): void {
  const { done, repeated, failed, pending, passedOver, filesDone, filesFailed } = progress
  io.say(
    `${done} posts came along with ${filesDone} files; ${repeated} were here already, ${failed} failed, ` +
      `${filesFailed} files did not come along, ${passedOver} boosts and the like were passed over`,
  )
  if (!OVER.has(progress.state)) io.say(`${pending} to go: the home goes on with it by itself while it runs.`)
}
