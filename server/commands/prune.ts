/**
 * `homebird prune posts | actors`: what the clean-up does at night, now, beside the running home or without one. As the seed
 * system's commands do, it ends with 1 when something went, 0 when nothing did, 2 where the rules keep everything, so that
 * a script may call it again while there is something left.
 */
import { createNodeLauncher, withHomeDatabase } from '../appliance/index.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import { HomebirdError } from '../core/errors.ts'
import { createLogger } from '../core/log.ts'
import { type Database, openDatabase } from '../db/pool.ts'
import { horizonOf, readCleanUpRules } from '../domain/clean-up/clean-up-rules.ts'
import { readRowBytes } from '../domain/clean-up/database-sizes.ts'
import { readKeepFacts } from '../domain/clean-up/keep-posts.ts'
import { lookAtSlice, pruneSlice } from '../domain/clean-up/prune-slice.ts'
import { pruningOf } from '../domain/clean-up/prunings.ts'
import { type CommandIo, commandIo } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'
import { byteText } from './byte-text.ts'

/** Something went. */
const REMOVED = ExitCode.failure
/** Everything stays by the rules. */
const OFF = ExitCode.usage
const TOLD_EVERY = 10_000
/** Somebody waits for it: more at once than by itself. */
const SLICE_ROWS = 250

export interface PruneOptions extends CommonOptions {
  readonly dryRun?: boolean
  readonly number?: string
}

type Kind = 'posts' | 'actors'

/** @throws HomebirdError USAGE for a number that is none */
export async function prune(kind: Kind, options: PruneOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const most = parseNumber(options.number)
  const sources = sourcesFrom({
    ...(options.json === undefined ? {} : { json: options.json }),
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
  })
  let exitCode: ExitCode = ExitCode.ok
  const launcher = createNodeLauncher({ env: sources.env })
  await withHomeDatabase(sources, launcher, async (connection, config) => {
    const log = createLogger('prune', 'warn', 2)
    const database = openDatabase(connection, { connections: 2, applicationName: 'homebird prune', log })
    try {
      const isLook = options.dryRun === true
      exitCode = await pruneIn(database.db, io, { kind, most, isLook, usualDays: config.pruneDays })
    } finally {
      await database.close()
    }
  })
  return exitCode
}

function parseNumber(raw: string | undefined): number {
  if (raw === undefined) return Number.POSITIVE_INFINITY
  if (/^[1-9]\d{0,8}$/.test(raw)) return Number(raw)
  throw new HomebirdError('USAGE', `--number ${JSON.stringify(raw)} is no number from 1 to 999999999`)
}

interface PruneOrder {
  readonly kind: Kind
  readonly most: number
  readonly isLook: boolean
  readonly usualDays: number
}

async function pruneIn(
  db: Database,
  io: CommandIo,
  { kind, most, isLook, usualDays }: PruneOrder,
): Promise<ExitCode> {
  const rules = await readCleanUpRules(db)
  const horizon = horizonOf(rules, usualDays, new Date())
  if (horizon === null) {
    io.put({ kind, isOff: true })
    io.say(
      'By the rules of this home everything stays: HOMEBIRD_PRUNE_DAYS or its Storage page says how long.',
    )
    return OFF
  }
  const facts = await readKeepFacts(db, rules, horizon)
  const pruning = pruningOf(kind, facts)
  let count = 0
  for (let after: string | null = '0'; after !== null && count < most;) {
    const slice = { after, below: facts.horizonId, size: Math.min(SLICE_ROWS, most - count) }
    const before = count
    if (isLook) {
      const { last, ids } = await lookAtSlice(db, pruning, slice)
      count += ids.length
      after = last
    } else {
      const { last, removed } = await pruneSlice(db, pruning, slice)
      count += removed
      after = last
    }
    if (Math.floor(count / TOLD_EVERY) > Math.floor(before / TOLD_EVERY)) io.say(`${count} ${kind} so far`)
  }
  const each = await readRowBytes(db)
  const bytes = count * (kind === 'posts' ? each.post : each.actor)
  io.put({ kind, isOff: false, horizon: horizon.toISOString(), dryRun: isLook, count, bytes })
  io.say(`${count} ${kind}, about ${byteText(bytes)}, ${isLook ? 'would go' : 'removed'}`)
  return count > 0 && !isLook ? REMOVED : ExitCode.ok
}
