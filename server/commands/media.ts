/** `homebird media stats | sweep | copy`: the owner's own files, beside the running home or without one. */
import { createNodeLauncher, withHomeDatabase } from '../appliance/index.ts'
import { type Context, openContext } from '../context.ts'
import type { FileCount } from '../contracts/media-care.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import type { Config } from '../core/config.ts'
import { HomebirdError } from '../core/errors.ts'
import { createLogger } from '../core/log.ts'
import { type MediaBackend, mediaBackend } from '../core/media-backend.ts'
import { parseSetting } from '../core/setting-types.ts'
import { copyFiles } from '../domain/uploads/copy-files.ts'
import { compareStore, readMediaReport, sweepMedia } from '../domain/uploads/media-care.ts'
import type { MediaStore } from '../storage/media-store.ts'
import { byteText } from './byte-text.ts'
import { type CommandIo, commandIo } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'

const CONNECTIONS = 2
const TOLD_EVERY = 100

/** With the whole store looked through: what is there, what nobody needs, what is missing. */
export async function mediaStats(options: CommonOptions): Promise<ExitCode> {
  return withMedia(options, async ({ db, media }, io) => {
    const report = await readMediaReport(db, media)
    const found = report.isUp ? await compareStore(db, media) : null
    io.put({ ...report, ...found })
    io.say(report.place)
    if (report.problem !== null) io.say(`  ${report.problem}`)
    io.say(`  ${counted(report.all)} in all`)
    io.say(`  ${counted(report.unnamed)} that nothing shows`)
    io.say(`  ${counted(report.waiting)} that came in and are not looked at yet`)
    if (found === null) return
    io.say(`  ${counted(found.unknown)} that the home does not know`)
    io.say(`  ${counted(found.missing)} that are missing`)
  })
}

export interface SweepOptions extends CommonOptions {
  readonly dryRun?: boolean
}

export async function mediaSweep(options: SweepOptions): Promise<ExitCode> {
  return withMedia(options, async (context, io) => void (await sweepOrLook(context, io, options)))
}

/** The same, with the exit codes of `homebird prune`: 1 when something went. */
export async function pruneMedia(options: SweepOptions): Promise<ExitCode> {
  let files = 0
  await withMedia(options, async (context, io) => {
    files = await sweepOrLook(context, io, options)
  })
  return files > 0 ? ExitCode.failure : ExitCode.ok
}

/** @returns how many files went */
async function sweepOrLook(
  { db, media, clock, config }: Context,
  io: CommandIo,
  { dryRun = false }: SweepOptions,
): Promise<number> {
  if (dryRun) {
    const { unnamed } = await readMediaReport(db, media)
    const { unknown } = await compareStore(db, media)
    io.put({ unnamed, unknown })
    io.say(`${counted(unnamed)} that nothing shows and ${counted(unknown)} that the home does not know`)
    io.say('would go, but for what is younger than an hour, or a day where it is unknown.')
    return 0
  }
  const swept = await sweepMedia(db, media, clock.now(), config.mediaUrl)
  io.put(swept)
  io.say(
    `${counted(swept.removed)} removed, ${swept.uploads} uploads without a post, ${swept.leftovers} left over`,
  )
  return swept.removed.files
}

interface CopyOptions extends CommonOptions {
  readonly from?: string
  readonly to?: string
}

export async function mediaCopy(options: CopyOptions): Promise<ExitCode> {
  const given = { from: parsed('--from', options.from), to: parsed('--to', options.to) }
  if (given.from === null && given.to === null) {
    throw new HomebirdError(
      'USAGE',
      'say with --to or --from where the other files are, as HOMEBIRD_MEDIA_BACKEND would',
    )
  }
  return withMedia(options, async (context, io) => {
    const opened: MediaStore[] = []
    const storeOf = (backend: MediaBackend | null): MediaStore => {
      const store = context.openMedia(backend ?? context.config.mediaBackend)
      opened.push(store)
      return store
    }
    try {
      const [from, to] = [storeOf(given.from), storeOf(given.to)]
      await to.check()
      const done = await copyFiles(from, to, (copied) => {
        if (copied % TOLD_EVERY === 0) io.say(`${copied} copied`)
      })
      io.put(done)
      io.say(`${done.copied} copied from ${from.place} to ${to.place}, ${done.present} were there already`)
      for (const key of done.damaged) io.say(`  left alone, since it is not what its name says: ${key}`)
    } finally {
      for (const store of opened) await store.close()
    }
  })
}

const parsed = (option: string, raw: string | undefined): MediaBackend | null =>
  raw === undefined ? null : parseSetting(option, mediaBackend, raw, true)

async function withMedia(
  options: CommonOptions,
  work: (context: Context, io: CommandIo) => Promise<void>,
): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const sources = sourcesFrom({
    ...(options.json === undefined ? {} : { json: options.json }),
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
  })
  const launcher = createNodeLauncher({ env: sources.env })
  await withHomeDatabase(sources, launcher, async (database, config: Config) => {
    const log = createLogger('media', 'warn', 2)
    const context = await openContext({ part: 'media', config, database, connections: CONNECTIONS, log })
    try {
      await work(context, io)
    } finally {
      await context.close()
    }
  })
  return ExitCode.ok
}

function counted({ files, bytes }: FileCount): string {
  return `${files} files, ${byteText(bytes)}`
}
