/** Runs a keeper for one job and waits for it: while no supervisor runs, or beside the one that does. */
import {
  type DatabaseConnection,
  type StartMessage,
  USUAL_CONDITIONS,
} from '../../contracts/child-message.ts'
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
  readonly database: DatabaseConnection
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
  const stop = (): void => void child.stop()
  if (watch.signal?.aborted === true) stop()
  watch.signal?.addEventListener('abort', stop, { once: true })
  try {
    await child.begin(startOf(facts, job), READY_LIMIT_MS)
    const end = await child.ended
    return judge(told, watch.signal, noticed ?? end.how)
  } catch (error) {
    if (watch.signal?.aborted === true) throw brokenOff()
    throw error
  } finally {
    watch.signal?.removeEventListener('abort', stop)
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

function startOf(facts: KeeperFacts, job: KeeperJob): StartMessage<Config> {
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
