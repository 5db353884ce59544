/** `homebird restore` over a home that runs: it is asked for it, goes on until the restored one lies whole beside it, and is opened again as that one. */
import { setTimeout as pause } from 'node:timers/promises'
import { isDataDirLocked, readLockHolder } from '../appliance/data-dir-lock.ts'
import { listHomeCopies } from '../appliance/index.ts'
import { askRunningHome } from '../appliance/keeping/ask-hand-over.ts'
import type { BackupsOverview } from '../contracts/backups.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import type {
  BackupKeyAnswer,
  KeeperOutcome,
  KeeperState,
  KeepingRequest,
  PlaceWithSecrets,
  RestoreOrder,
} from '../contracts/keeping.ts'
import { type DataDir, dataDirAt } from '../core/data-dir.ts'
import { HomebirdError, isHomebirdError } from '../core/errors.ts'
import type { CommandIo } from './command-io.ts'
import type { sourcesFrom } from './options.ts'
import type { RestoreGround } from './restore-ground.ts'
import { tellRestore } from './tell-restore.ts'

type Sources = ReturnType<typeof sourcesFrom>
type Ask = <Answer>(request: KeepingRequest) => Promise<Answer>

interface BesideWaits {
  /** Between two looks. */
  readonly everyMs: number
  /** How long the restored home may take to answer; what it does then is said by `homebird status`. */
  readonly opensMs: number
}

const WAITS: BesideWaits = { everyMs: 500, opensMs: 180_000 }

const askOf =
  (sources: Sources): Ask =>
  async (request) =>
    (await askRunningHome(sources, request)) as never

/** What has to be known of a home that runs; null where none does. @throws HomebirdError NOT_RUNNING while it starts */
export async function groundOfRunning(sources: Sources, dataDir: string): Promise<RestoreGround | null> {
  if (!isDataDirLocked(dataDirAt(dataDir))) return null
  const ask = askOf(sources)
  const { key } = await ask<BackupKeyAnswer>({ kind: 'keeping', ask: 'key' })
  return {
    dataDir,
    isHomeThere: true,
    key,
    async addressOf(name) {
      const { places } = await ask<BackupsOverview>({ kind: 'keeping', ask: 'backups' })
      const known = places.find(({ id, label }) => [id, label].includes(name))
      if (known === undefined) return name
      return (await ask<PlaceWithSecrets>({ kind: 'keeping', ask: 'place', place: known.id })).address
    },
  }
}

/**
 * @throws HomebirdError UNPROCESSABLE with why it refuses or failed, then it goes on or runs again as it was; NOT_RUNNING where
 *   it stops and does not answer again
 */
export async function restoreBeside(
  io: CommandIo,
  sources: Sources,
  { dataDir }: RestoreGround,
  order: RestoreOrder,
  waits = WAITS,
): Promise<ExitCode> {
  const dir = dataDirAt(dataDir)
  const before = readLockHolder(dir)?.startedAt
  const ask = askOf(sources)
  const { ended } = await ask<KeeperState>({ kind: 'keeping', ask: 'state' })
  await ask({ kind: 'keeping', ask: 'start', order })
  io.say('  The home goes on meanwhile, also without this command; break it off with: homebird backup cancel')
  const outcome = await follow(io, ask, ended[0], waits)
  if (outcome === null) io.say('The home has stopped. Waiting for what it is opened again as.')
  else sayLaid(io, outcome)
  const opened = await answerAgain(sources, dir, before, waits)
  io.put({ runs: opened !== null })
  if (opened === null) throw noAnswer(outcome !== null)
  const restored = requireRestored(opened, ended)
  if (outcome === null) io.put({ restored: restored.subject, notes: [] })
  io.say('The restored home runs. Sign in with the password that it had when the backup was made.')
  const kept = listHomeCopies(sources).find(({ manifest }) => manifest?.kind === 'replaced')
  if (kept !== undefined) {
    io.put({ replaced: kept.name })
    io.say(`What stood here is kept; take it back with: homebird copies restore ${kept.name}`)
  }
  return ExitCode.ok
}

function sayLaid(io: CommandIo, { subject, message }: KeeperOutcome): void {
  io.put({ restored: subject, notes: message === null ? [] : [message] })
  if (message !== null) io.say(`  ${message}`)
  io.say('It lies ready. The home stops now, and is opened again as the restored one.')
}

function noAnswer(isLaid: boolean): HomebirdError {
  const what = isLaid
    ? 'the restored home lies ready, and does not answer yet'
    : 'the home stopped before it had told how the restoring ended, and does not answer yet'
  const why = `${what}. See: homebird status; where it does not run, start it with: homebird serve; then homebird backup state says how the restoring ended`
  return new HomebirdError('NOT_RUNNING', why, { safe: why })
}

/**
 * A restored home brings along how it came to be; one that was stopped meanwhile runs again as it was.
 * @param ended  of the home before
 */
function requireRestored(opened: KeeperState, ended: readonly KeeperOutcome[]): KeeperOutcome {
  const since = opened.ended.filter(
    (one) => one.task === 'restore' && !ended.some((other) => isSame(one, other)),
  )
  const restored = since.find(({ result }) => result === 'done')
  if (restored !== undefined) return restored
  const why = `nothing was restored, the home runs as it was: ${since[0]?.message ?? 'it was stopped meanwhile'}. See: homebird backup state`
  throw new HomebirdError('UNPROCESSABLE', why, { safe: why })
}

/** @returns how it ended; null where the home does not answer any more before it has told that */
async function follow(
  io: CommandIo,
  ask: Ask,
  newest: KeeperOutcome | undefined,
  { everyMs }: BesideWaits,
): Promise<KeeperOutcome | null> {
  const tell = tellRestore(io)
  for (;;) {
    let state: KeeperState
    try {
      state = await ask<KeeperState>({ kind: 'keeping', ask: 'state' })
    } catch (error) {
      // It stops when the restored one lies ready, or because somebody stops it.
      if (isHomebirdError(error, 'NOT_RUNNING')) return null
      throw error
    }
    const last = state.ended[0]
    if (state.running?.task === 'restore') tell(state.running)
    else if (last?.task === 'restore' && !isSame(last, newest)) return requireDone(last)
    await pause(everyMs)
  }
}

const isSame = (one: KeeperOutcome, other: KeeperOutcome | undefined): boolean =>
  one.task === other?.task && one.startedAt === other.startedAt && one.endedAt === other.endedAt

function requireDone(outcome: KeeperOutcome): KeeperOutcome {
  if (outcome.result === 'done') return outcome
  const why = outcome.message ?? 'it was broken off; nothing has changed'
  throw new HomebirdError('UNPROCESSABLE', why, { safe: why })
}

/**
 * @param before  since when the home ran that was asked
 * @returns null where none answers in time
 */
async function answerAgain(
  sources: Sources,
  dir: DataDir,
  before: string | undefined,
  { everyMs, opensMs }: BesideWaits,
): Promise<KeeperState | null> {
  const ask = askOf(sources)
  const limit = performance.now() + opensMs
  while (performance.now() < limit) {
    const holder = readLockHolder(dir)
    if (holder !== null && holder.startedAt !== before && holder.controlSocket !== null) {
      // It does not answer yet: it is asked again until the time is up, and then that is the failure.
      const state = await ask<KeeperState>({ kind: 'keeping', ask: 'state' }).catch(() => null)
      if (state !== null) return state
    }
    await pause(everyMs)
  }
  return null
}
