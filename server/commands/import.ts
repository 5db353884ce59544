/** `homebird import <kind> <file>`: brings a list along from elsewhere and shows how it goes. */
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ImportPreview, ImportProgress } from '../contracts/import.ts'
import { IMPORT_KINDS } from '../contracts/import.ts'
import type { ExitCode } from '../contracts/exit-code.ts'
import { HomebirdError } from '../core/errors.ts'
import type { Database } from '../db/pool.ts'
import { listIdentities } from '../domain/actors/actor.ts'
import { findImportKind } from '../domain/imports/import-columns.ts'
import { getImport } from '../domain/imports/import-progress.ts'
import { type ImportOrder, previewImport, queueImport } from '../domain/imports/queue-import.ts'
import { MOST_IMPORT_BYTES } from '../contracts/import.ts'
import type { CommandIo } from './command-io.ts'
import type { CommonOptions } from './options.ts'
import { withHome } from './with-home.ts'

export interface ImportOptions extends CommonOptions {
  readonly mode: string
  /** Name or handle; the oldest identity unless it is said. */
  readonly identity?: string
  readonly confirm?: boolean
  readonly dryRun?: boolean
  /** False returns as soon as it is queued. */
  readonly wait: boolean
}

export const LOOK_EVERY_MS = 500
/** Whoever works on it does something in this time, or nobody does. */
export const PATIENCE_MS = 15_000

/** @throws HomebirdError USAGE, UNPROCESSABLE for a file that is no such list, CONFLICT for a loss that is not confirmed */
export async function importList(kind: string, file: string, options: ImportOptions): Promise<ExitCode> {
  const known = findImportKind(kind)
  if (known === undefined) throw usage(`"${kind}" is none of ${IMPORT_KINDS.join(', ')} and archive`)
  if (options.mode !== 'merge' && options.mode !== 'overwrite') {
    throw usage(`--mode is "${options.mode}" and must be merge or overwrite`)
  }
  const bytes = await readList(file)
  return withHome(options, async (db, io) => {
    const order: ImportOrder = {
      actorId: await identityOf(db, options.identity),
      kind: known,
      overwrites: options.mode === 'overwrite',
      confirmsLoss: options.confirm === true,
      bytes,
      now: new Date(),
    }
    const preview = await previewImport(db, order)
    tellPreview(io, file, preview)
    if (options.dryRun === true) return io.put({ preview })
    if (preview.loss.count > 0 && !order.confirmsLoss) {
      throw new HomebirdError(
        'CONFLICT',
        `this takes away ${preview.loss.count} of what is there (${preview.loss.named.join(', ')}); say --confirm if it is meant`,
      )
    }
    const id = await queueImport(db, order)
    const progress = options.wait ? await follow(db, io, id) : await getImport(db, id)
    tellEnd(io, progress)
    io.put(progress)
  })
}

const usage = (text: string): HomebirdError => new HomebirdError('USAGE', text)

/** @throws HomebirdError USAGE */
async function readList(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file)
    if (size <= MOST_IMPORT_BYTES) return await readFile(file)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new HomebirdError('USAGE', `${file} cannot be read: ${reason}`, { cause })
  }
  throw usage(`${file} is larger than ${MOST_IMPORT_BYTES / 1_048_576} MB`)
}

export async function identityOf(db: Database, name: string | undefined): Promise<string> {
  const identities = await listIdentities(db)
  const wanted = name?.replace(/^@/, '').toLowerCase()
  const found = identities.find(
    ({ username, handle_domain: domain }) =>
      wanted === undefined || wanted === username || wanted === `${username}@${domain}`,
  )
  if (found !== undefined) return found.id
  throw usage(name === undefined ? 'this home is not set up yet' : `${name} is no identity of this home`)
}

function tellPreview(io: CommandIo, file: string, { entries, flawed, repeated, flaws }: ImportPreview): void {
  io.say(`${basename(file)}: ${entries} lines, ${repeated} more say the same, ${flawed} cannot be taken in`)
  for (const { line, text, reason } of flaws) io.say(`  line ${line}: ${JSON.stringify(text)} ${reason}`)
}

/** Until it is over, or nothing has moved for a while: then the home does not run, or servers are waited for. */
async function follow(db: Database, io: CommandIo, id: string): Promise<ImportProgress> {
  let last = await getImport(db, id)
  for (let quietMs = 0; last.state === 'working' && quietMs < PATIENCE_MS; quietMs += LOOK_EVERY_MS) {
    await delay(LOOK_EVERY_MS)
    const now = await getImport(db, id)
    if (now.pending !== last.pending || now.removed !== last.removed) {
      quietMs = 0
      io.say(`  ${now.done} done, ${now.failed} failed, ${now.pending} to go`)
      if (now.state === 'working') io.put({ progress: now })
    }
    last = now
  }
  return last
}

function tellEnd(io: CommandIo, progress: ImportProgress): void {
  const { done, failed, pending, removed, state } = progress
  io.say(`${done} done, ${failed} failed, ${pending} to go${removed > 0 ? `, ${removed} taken away` : ''}`)
  if (state === 'working') io.say('The home goes on with it by itself while it runs.')
}
