/** Runs a keeper for one job and waits for it: while no supervisor runs, or beside the one that does. */
import {
  type DatabaseConnection,
  type StartMessage,
  USUAL_CONDITIONS,
} from '../../contracts/child-message.ts'
import type { KeeperLook, KeeperSight } from '../../contracts/keeper-look.ts'
import type { KeeperJob, KeeperOutcome, KeeperProgress } from '../../contracts/keeping.ts'
import type { Config } from '../../core/config.ts'
import { HomebirdError } from '../../core/errors.ts'
import { Child } from '../child.ts'
import type { Launcher } from '../launcher.ts'

const READY_LIMIT_MS = 60_000
const CONNECTIONS = 3

export interface KeeperFacts {
  readonly dataDir: string
  readonly config: Config
  /** Null for one that only looks. */
  readonly database: DatabaseConnection | null
  /** By which secrets are sealed; null where they are plain. */
  readonly secretsKey: string | null
}

export interface KeeperWatch {
  readonly signal?: AbortSignal | undefined
  progress?(progress: KeeperProgress): void
  line?(text: string): void
}

/**
 * @returns how it ended, where it ended well
 * @throws HomebirdError UNPROCESSABLE with its reason where it failed, NOT_RUNNING when it was broken off
 */
export async function runKeeper(
  launcher: Launcher,
  facts: KeeperFacts,
  job: KeeperJob,
  watch: KeeperWatch = {},
): Promise<KeeperOutcome> {
  let told: KeeperOutcome | null = null
  let noticed: string | null = null
  const child = new Child(
    launcher,
    { role: 'keeper', name: 'keeper', heapMegabytes: facts.config.heapMegabytes },
    {
      line: (text) => watch.line?.(text),
      notice: (_level, message) => (noticed = message),
      reported(report) {
        if (report.kind === 'keeping') {
          const { kind: _, ...progress } = report
          watch.progress?.(progress)
        } else if (report.kind === 'kept') {
          const { kind: _, ...outcome } = report
          told = outcome
        }
      },
    },
  )
  const how = await endOf(child, startOf(facts, job), watch.signal)
  return judge(told, watch.signal, noticed ?? how)
}

/**
 * As `runKeeper`, for one that only looks.
 * @throws HomebirdError UNPROCESSABLE with why it could not look, NOT_RUNNING when it was broken off
 */
export async function lookByKeeper(
  launcher: Launcher,
  facts: KeeperFacts,
  look: KeeperLook,
  signal?: AbortSignal,
): Promise<Exclude<KeeperSight, { readonly saw: 'refusal' }>> {
  const seen = Promise.withResolvers<KeeperSight>()
  const child = new Child(
    launcher,
    { role: 'keeper', name: 'keeper' },
    {
      line: () => undefined,
      notice: () => undefined,
      reported(report) {
        if (report.kind === 'seen') seen.resolve(report.sight)
      },
    },
  )
  // What it has seen counts at once: a process with a folder that hangs may end only when that folder answers.
  const unseen = endOf(child, startOf(facts, look), signal).then((how) => {
    throw new HomebirdError('CHILD_FAILED', `the keeper ${how} before it had looked; try it again`)
  })
  // The race below hears it; this only keeps a rejection that comes after the answer from counting as unhandled.
  unseen.catch(() => undefined)
  const sight = await Promise.race([seen.promise, unseen])
  // One that still hangs is ended by force after the grace of every child: whoever looks again starts another one.
  void child.stop()
  if (sight.saw !== 'refusal') return sight
  const { message } = sight
  throw new HomebirdError('UNPROCESSABLE', message, { safe: message })
}

/** Until it has ended. @returns how. @throws HomebirdError NOT_RUNNING when it was broken off */
async function endOf(
  child: Child,
  start: StartMessage<Config>,
  signal: AbortSignal | undefined,
): Promise<string> {
  const stop = (): void => void child.stop()
  if (signal?.aborted === true) stop()
  signal?.addEventListener('abort', stop, { once: true })
  try {
    await child.begin(start, READY_LIMIT_MS)
    const { how } = await child.ended
    return how
  } catch (error) {
    if (signal?.aborted === true) throw brokenOff()
    throw error
  } finally {
    signal?.removeEventListener('abort', stop)
    await child.stop()
  }
}

function judge(told: KeeperOutcome | null, signal: AbortSignal | undefined, how: string): KeeperOutcome {
  if (told?.result === 'done') return told
  if (signal?.aborted === true) throw brokenOff()
  const why = told?.message ?? `the keeper ${how} in the middle of its work; logs/homebird.log says more`
  throw new HomebirdError('UNPROCESSABLE', why, { safe: why })
}

function brokenOff(): HomebirdError {
  return new HomebirdError('NOT_RUNNING', 'it was broken off; nothing has changed')
}

function startOf(facts: KeeperFacts, job: KeeperJob | KeeperLook): StartMessage<Config> {
  return {
    type: 'start',
    role: 'keeper',
    index: 0,
    dataDir: facts.dataDir,
    settings: { ...facts.config, tunnelToken: '' },
    database: facts.database,
    connections: CONNECTIONS,
    publicListen: null,
    privateListen: null,
    oneTimeKeyHash: null,
    windowDir: null,
    waysIn: [],
    vantage: null,
    decoderSocket: null,
    conditions: USUAL_CONDITIONS,
    secretsKey: facts.secretsKey,
    home: null,
    job,
  }
}
