/** `homebird adopt`: takes a Takahē server over, with its domains, identities, keys, posts and follows. */
import { createNodeLauncher, withHomeDatabase } from '../appliance/index.ts'
import { type Context, openContext } from '../context.ts'
import type { DatabaseConnection } from '../contracts/child-message.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import { systemClock } from '../core/clock.ts'
import type { Config } from '../core/config.ts'
import { HomebirdError } from '../core/errors.ts'
import { createLogger } from '../core/log.ts'
import { parseDatabaseUrl } from '../db/connection.ts'
import { openForeignDatabase } from '../db/foreign-database.ts'
import type { Database } from '../db/pool.ts'
import {
  type AdoptionProgress,
  type AdoptionReport,
  adopt,
  countAdoption,
  readAdoption,
} from '../domain/adoption/adopt.ts'
import { type AdoptionPlan, planAdoption } from '../domain/adoption/plan.ts'
import { type Source, openSource } from '../domain/adoption/source.ts'
import { ADOPTED_LIMITS, type AdoptionWorld } from '../domain/adoption/step.ts'
import { hashPassword } from '../domain/owner/password.ts'
import { createStorageExchange } from '../net/storage-exchange.ts'
import { openFileSource } from '../storage/file-source.ts'
import { LEFT_OUT_WORDS, TAKEN_WORDS } from './adopt-words.ts'
import { type CommandIo, commandIo, newPassword, secretsFromInput } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'

export interface AdoptOptions extends CommonOptions {
  readonly database?: string
  /** A folder, or a bucket as HOMEBIRD_MEDIA_BACKEND names one. */
  readonly media?: string
  readonly user?: string
  readonly mainHost?: string
  readonly passwordFile?: string
  readonly dryRun?: boolean
}

const CONNECTIONS = 3

/**
 * The same command again goes on after an interruption, and looks again for files that were not at hand.
 * @throws HomebirdError USAGE, DATABASE_UNREACHABLE, DATABASE_UNSUITABLE, CONFLICT, UNPROCESSABLE; each says what to do
 */
export async function adoptServer(options: AdoptOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const { url, media } = await placesOf(options)
  const database = await openForeignDatabase(parseDatabaseUrl(url))
  try {
    const source = await openSource(database)
    const plan = await planAdoption(source, {
      user: options.user ?? null,
      mainHost: options.mainHost ?? null,
    })
    tellPlan(io, plan)
    await (options.dryRun === true
      ? look(io, source, plan)
      : takeAll(io, source, plan, { options, place: media }))
  } finally {
    await database.close()
  }
  return ExitCode.ok
}

/** Before the host, which may be left out, or as a parameter. */
const hasPassword = (address: string): boolean =>
  /^[^/?#]*:\/\/[^/?#@]*:[^/?#@]+@/.test(address) || /[?&]password=[^&]/.test(address)

/** What bears a password may be read from the input: the database on its first line, then the files. @throws HomebirdError USAGE */
async function placesOf({ database = '-', media }: AdoptOptions) {
  if (hasPassword(database))
    throw new HomebirdError(
      'USAGE',
      'a secret is no argument, which every account of this computer can read; leave --database out and write the address of the database into the input, on its first line, or type it when asked',
    )
  if (media !== undefined && URL.parse(media)?.password)
    throw new HomebirdError(
      'USAGE',
      'a secret is no argument, which every account of this computer can read; say --media - and write the address of the bucket into the input, on a line after the address of the database where that is read from there too',
    )
  const asked = [database === '-' ? 'database: ' : '', media === '-' ? 'files: ' : '']
  const given = await secretsFromInput(asked.filter((question) => question !== ''))
  const url = database === '-' ? (given.shift() ?? '') : database
  return { url, media: media === '-' ? given.shift() : media }
}

async function look(io: CommandIo, source: Source, plan: AdoptionPlan): Promise<void> {
  const counts = await countAdoption({ source, plan })
  for (const [name, count] of Object.entries(counts)) if (count > 0) io.say(`  ${count} ${name}`)
  io.say('Nothing was changed.')
  io.put({ plan, counts })
}

async function takeAll(
  io: CommandIo,
  source: Source,
  plan: AdoptionPlan,
  { options, place }: { readonly options: AdoptOptions; readonly place: string | undefined },
): Promise<void> {
  const files = place === undefined ? null : await openFileSource(place, createStorageExchange, systemClock)
  if (files === null)
    io.say('No --media is given: files stay behind until the same command says where they are.')
  try {
    await inHome(options, async (context) => {
      const { db, media, config, clock } = context
      const passwordHash = await passwordFor(db, options)
      const parts = { db, media, config, source, plan, files, passwordHash }
      await take(io, { ...parts, limits: ADOPTED_LIMITS, now: clock.now() })
    })
  } finally {
    await files?.close()
  }
}

async function inHome(options: AdoptOptions, work: (context: Context) => Promise<void>): Promise<void> {
  const { json, dataDir } = options
  const sources = sourcesFrom({
    ...(json === undefined ? {} : { json }),
    ...(dataDir === undefined ? {} : { dataDir }),
  })
  const use = async (database: DatabaseConnection, config: Config): Promise<void> => {
    const log = createLogger('adopt', 'warn', 2)
    const context = await openContext({ part: 'adopt', config, database, connections: CONNECTIONS, log })
    try {
      await work(context)
    } finally {
      await context.close()
    }
  }
  await withHomeDatabase(sources, createNodeLauncher({ env: sources.env }), use, { mayMake: true })
}

function tellPlan(io: CommandIo, plan: AdoptionPlan): void {
  const names = plan.domains.map(({ domain, serviceHost }) =>
    domain === serviceHost ? domain : `${domain} (served by ${serviceHost})`,
  )
  io.say(`${plan.place} has ${names.join(', ')}`)
  for (const { handle, isGone } of plan.identities) io.say(`  @${handle}${isGone ? ', deleted' : ''}`)
  if (plan.others.length > 0) {
    io.say(
      `  ${plan.others.length} identities of other people stay behind: ${plan.others.slice(0, 10).join(', ')}`,
    )
  }
  if (plan.busyConnections > 0) {
    io.say('  Others are connected to this database. Stop the old server before the home goes on the net:')
    io.say('  two servers under one name would contradict each other.')
  }
}

/** Asked for unless the home has its owner already. @throws HomebirdError USAGE, UNPROCESSABLE */
async function passwordFor(db: Database, options: AdoptOptions): Promise<string> {
  const before = await readAdoption(db)
  if (before !== null && before.finished_at !== null) return ''
  return hashPassword(await newPassword(options.passwordFile))
}

async function take(io: CommandIo, world: AdoptionWorld): Promise<void> {
  const breaking = new AbortController()
  const breakOff = (): void => breaking.abort()
  process.once('SIGINT', breakOff)
  process.once('SIGTERM', breakOff)
  try {
    const report = await adopt(world, tellProgress(io), breaking.signal)
    tellReport(io, report)
    io.put(report)
  } catch (error) {
    if (!breaking.signal.aborted) throw error
    const text = 'broken off; what was taken over is kept, and the same command goes on from there'
    throw new HomebirdError('UNAVAILABLE', text, { cause: error })
  } finally {
    process.off('SIGINT', breakOff)
    process.off('SIGTERM', breakOff)
  }
}

/** A line at the end of each part, and on the way where it is long. */
function tellProgress(io: CommandIo): (progress: AdoptionProgress) => void {
  let told = 0
  return (progress) => {
    const { step, done, total } = progress
    io.put({ progress })
    if (done < total && done - told < TOLD_EVERY && done >= told) return
    told = done < total ? done : 0
    if (total > 1) io.say(`  ${step}: ${done} of ${total}`)
  }
}

const TOLD_EVERY = 5_000

function tellReport(io: CommandIo, { taken, leftOut }: AdoptionReport): void {
  io.say('Taken over:')
  for (const [name, count] of Object.entries(taken)) io.say(`  ${count} ${TAKEN_WORDS[name] ?? name}`)
  const left = Object.entries(leftOut)
  if (left.length > 0) io.say('Not taken over:')
  for (const [name, count] of left) io.say(`  ${count} ${LEFT_OUT_WORDS[name] ?? name}`)
  io.say('Now stop the old server, and lead its hosts to this home: homebird tunnel')
}
