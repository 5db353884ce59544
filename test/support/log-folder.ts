/** A data directory with log files in it, as a supervisor leaves them, for the owner's pages that read them. */
import { appendFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { USUAL_CONDITIONS } from '../../server/contracts/child-message.ts'
import type { BackupsOverview } from '../../server/contracts/backups.ts'
import type { JournalLine } from '../../server/contracts/logs.ts'
import type { ApplianceFacts } from '../../server/contracts/appliance-status.ts'
import { answerSettings } from '../../server/appliance/kept-settings.ts'
import { loadConfig } from '../../server/core/config.ts'
import { describeError, HomebirdError } from '../../server/core/errors.ts'
import type { Supervision } from '../../server/http/http-context.ts'
import type { SettingName } from '../../server/core/settings.ts'
import { closeBeforeCluster } from './test-database.ts'

export const NO_BACKUPS: BackupsOverview = {
  running: null,
  ended: [],
  at: '03:00',
  isFirst: true,
  keep: { days: 7, weeks: 4, months: 6 },
  since: new Date(0).toISOString(),
  fixed: [],
  places: [],
  locks: { passphrase: false, recovery: false },
}

/** As a supervisor keeps them, in memory. */
export function keptSettings(env: Readonly<Record<string, string>> = {}) {
  const kept: Partial<Record<SettingName, string>> = {}
  const said: string[] = []
  return {
    loaded: loadConfig({ env }),
    read: () => loadConfig({ env, store: kept }),
    store: {
      saveSetting: (name: SettingName, value: string): void => void (kept[name] = value),
      removeSetting: (name: SettingName): boolean => delete kept[name],
    },
    notice: (_: 'info', message: string): void => void said.push(message),
    said,
  }
}

export class LogFolder {
  readonly path: string
  settings = keptSettings()
  journal: JournalLine[] = []

  constructor(path: string) {
    this.path = path
  }

  async writes(...lines: readonly object[]): Promise<void> {
    await appendFile(this.#file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  }

  /** As it stands, with its line ends. */
  async writesText(text: string, file = 'homebird.log'): Promise<void> {
    await appendFile(join(this.path, 'logs', file), text)
  }

  /** As when a file is full. */
  async rotates(): Promise<void> {
    await rename(`${this.#file}.1`, `${this.#file}.2`).catch(() => undefined)
    await rename(this.#file, `${this.#file}.1`)
  }

  supervision(facts: Partial<ApplianceFacts> = {}): Supervision {
    const startedAt = new Date(Date.now() - 3_600_000).toISOString()
    const known: ApplianceFacts = {
      state: 'Running',
      pid: 1,
      startedAt,
      dataDir: this.path,
      database: 'embedded PostgreSQL',
      publicAddress: null,
      privateAddress: null,
      memoryBytes: 50_000_000,
      otherMachines: [],
      connectionsPerProcess: 5,
      parts: [],
      conditions: USUAL_CONDITIONS,
      disk: { freeBytes: null, room: 'enough', hasReserve: false },
      hasDamage: false,
      tunnel: null,
      peerProvedAt: null,
      tunnelSettings: {},
      ...facts,
    }
    return {
      dataDir: this.path,
      facts: async () => known,
      figures: async () => [],
      journal: async () => this.journal,
      ask: async () => null,
      keep: async () => NO_BACKUPS,
      settings: async (request) => {
        try {
          return answerSettings(this.settings, request)
        } catch (error) {
          // As a refusal comes over the channel.
          const why = describeError(error)
          throw new HomebirdError('UNPROCESSABLE', why, { safe: why })
        }
      },
      handOver: async () => ({
        phase: 'none' as const,
        offer: null,
        peer: null,
        since: null,
        isConfirmed: false,
      }),
      voice: 'speaks',
      hasRoom: () => true,
      peerProved: () => undefined,
      vantage: null,
      secrets: ['the-database-password'],
    }
  }

  get #file(): string {
    return join(this.path, 'logs', 'homebird.log')
  }
}

export async function openLogFolder(): Promise<LogFolder> {
  const path = await mkdtemp(join(tmpdir(), 'hb-logs-'))
  await mkdir(join(path, 'logs'))
  closeBeforeCluster(async () => rm(path, { recursive: true, force: true }))
  return new LogFolder(path)
}
