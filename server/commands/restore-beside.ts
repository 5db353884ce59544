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

const LOOK_EVERY_MS = 500
/** How long the restored home may take to answer; what it does then is said by `homebird status`. */
const OPENS_LIMIT_MS = 180_000

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

/** @throws HomebirdError UNPROCESSABLE with why it refuses or failed; then it goes on as it is */
export async function restoreBeside(
  io: CommandIo,
  sources: Sources,
  { dataDir }: RestoreGround,
  order: RestoreOrder,
): Promise<ExitCode> {
  const dir = dataDirAt(dataDir)
  const before = readLockHolder(dir)?.startedAt
  const ask = askOf(sources)
  const { ended } = await ask<KeeperState>({ kind: 'keeping', ask: 'state' })
  await ask({ kind: 'keeping', ask: 'start', order })
  io.say('  The home goes on meanwhile, also without this command; break it off with: homebird backup cancel')
  const outcome = await follow(io, ask, ended[0])
  const note = outcome?.message ?? null
  io.put({ restored: outcome?.subject ?? null, notes: note === null ? [] : [note] })
  if (note !== null) io.say(`  ${note}`)
  io.say('It lies ready. The home stops now, and is opened again as the restored one.')
  if (await answersAgain(sources, dir, before)) {
    io.put({ runs: true })
    io.say('The restored home runs. Sign in with the password that it had when the backup was made.')
  } else {
    io.put({ runs: false })
    io.say(
      'It does not answer yet. See: homebird status; where it does not run, start it with: homebird serve',
    )
  }
  const kept = listHomeCopies(sources).find(({ manifest }) => manifest?.kind === 'replaced')
  if (kept !== undefined) {
    io.put({ replaced: kept.name })
    io.say(`What stood here is kept; take it back with: homebird copies restore ${kept.name}`)
  }
  return ExitCode.ok
}

/** @returns how it ended; null where the home had stopped already before that could be asked */
async function follow(
  io: CommandIo,
  ask: Ask,
  newest: KeeperOutcome | undefined,
): Promise<KeeperOutcome | null> {
  const tell = tellRestore(io)
  for (;;) {
    let state: KeeperState
    try {
      state = await ask<KeeperState>({ kind: 'keeping', ask: 'state' })
    } catch (error) {
      // Only a restored home that lies ready has it stop by itself.
      if (isHomebirdError(error, 'NOT_RUNNING')) return null
      throw error
    }
    const last = state.ended[0]
    if (state.running?.task === 'restore') tell(state.running)
    else if (last?.task === 'restore' && !isSame(last, newest)) return requireDone(last)
    await pause(LOOK_EVERY_MS)
  }
}

const isSame = (one: KeeperOutcome, other: KeeperOutcome | undefined): boolean =>
  one.task === other?.task && one.startedAt === other.startedAt && one.endedAt === other.endedAt

function requireDone(outcome: KeeperOutcome): KeeperOutcome {
  if (outcome.result === 'done') return outcome
  const why = outcome.message ?? 'it was broken off; nothing has changed'
  throw new HomebirdError('UNPROCESSABLE', why, { safe: why })
}

/** @param before  since when the home ran that was asked */
async function answersAgain(sources: Sources, dir: DataDir, before: string | undefined): Promise<boolean> {
  const ask = askOf(sources)
  const limit = performance.now() + OPENS_LIMIT_MS
  while (performance.now() < limit) {
    const holder = readLockHolder(dir)
    if (holder !== null && holder.startedAt !== before && holder.controlSocket !== null) {
      const state = await ask<KeeperState>({ kind: 'keeping', ask: 'state' }).catch(() => null) // not yet
      if (state !== null) return true
    }
    await pause(LOOK_EVERY_MS)
  }
  return false
}
