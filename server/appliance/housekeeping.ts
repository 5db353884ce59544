/** What the supervisor looks after while the home runs: logs, figures, room on the disk, damage of the database, its silence. */
import type { DatabaseConnection } from '../contracts/child-message.ts'
import type { DiskFacts } from '../contracts/room.ts'
import type { Clock } from '../core/clock.ts'
import { describeError } from '../core/errors.ts'
import type { ApplianceLog } from './appliance-log.ts'
import type { ApplianceStore } from './appliance-store.ts'
import { AnswerWatch } from './answer-watch.ts'
import { DamageWatch } from './disk/damage-watch.ts'
import { DiskWatch } from './disk/disk-watch.ts'
import { ReserveFile } from './disk/reserve-file.ts'
import type { DatabaseLife } from './home-database.ts'
import type { KeptPart } from './kept-part.ts'
import type { PartStatus } from './part-status.ts'

const EVERY_MS = 60_000
/** A database that finds no room is started no more often. */
const FULL_DATABASE_MS = 30_000

interface HousekeepingParts {
  readonly dir: { readonly path: string; readonly reserve: string }
  readonly clock: Clock
  readonly store: Pick<ApplianceStore, 'recordMetrics'>
  readonly log: Pick<ApplianceLog, 'notice'>
  /** Null where the database is somebody else's. */
  readonly database: () => Pick<KeptPart<DatabaseLife>, 'life' | 'hurry'> | null
  /** @throws HomebirdError while it does not run */
  readonly connection: () => DatabaseConnection
  readonly parts: () => readonly PartStatus[]
  /** There is room to write, or there is none. */
  readonly roomChanged: (hasRoom: boolean) => void
}

export class Housekeeping {
  readonly #parts: HousekeepingParts
  readonly #disk: DiskWatch
  readonly #damage: DamageWatch
  readonly #answers: AnswerWatch
  #timer: NodeJS.Timeout | null = null
  #databaseEndedAtMs = Number.NEGATIVE_INFINITY

  constructor(parts: HousekeepingParts) {
    this.#parts = parts
    const { dir, clock, log } = parts
    this.#disk = new DiskWatch({
      folder: dir.path,
      reserve: new ReserveFile(dir.reserve),
      monotonicMs: () => clock.monotonicMs(),
      notice: (level, message) => log.notice(level, 'disk', message),
      changed: () => this.#roomChanged(),
    })
    this.#damage = new DamageWatch({
      connection: parts.connection,
      found: (message) => log.notice('error', 'database', message),
    })
    this.#answers = new AnswerWatch({
      clock,
      life: () => parts.database()?.life ?? null,
      notice: (message) => log.notice('error', 'database', message),
    })
  }

  facts(): { readonly disk: DiskFacts; readonly hasDamage: boolean } {
    return { disk: this.#disk.facts(), hasDamage: this.#damage.hasFound }
  }

  /** Whether the home may write as it likes: a database elsewhere does not lie on this disk. */
  get hasRoom(): boolean {
    return this.#disk.room !== 'none' || this.#parts.database() === null
  }

  get isWell(): boolean {
    return this.hasRoom && !this.#damage.hasFound
  }

  /** From before the database starts: it may need the reserve. */
  watchDisk(): void {
    this.#disk.start()
  }

  start(): void {
    this.#damage.start()
    this.#answers.start()
    this.#timer = setInterval(() => this.#keep(), EVERY_MS).unref()
  }

  /**
   * How long the database waits for its next start when it has ended again while there is no room; null by the usual policy,
   * by which it is started at once after its first end.
   */
  databasePatienceMs(): number | null {
    const nowMs = this.#parts.clock.monotonicMs()
    const isAgain = nowMs - this.#databaseEndedAtMs < FULL_DATABASE_MS
    this.#databaseEndedAtMs = nowMs
    const hasReleased = this.#disk.look()
    return isAgain && !hasReleased && this.#disk.room === 'none' ? FULL_DATABASE_MS : null
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#damage.stop()
    this.#answers.stop()
    await this.#disk.stop()
  }

  #roomChanged(): void {
    this.#parts.roomChanged(this.hasRoom)
    if (this.hasRoom) this.#parts.database()?.hurry()
  }

  #keep(): void {
    const { store, clock, database, parts, log } = this.#parts
    const metrics: Record<string, number> = { 'appliance.memory': process.memoryUsage.rss() }
    for (const { name, memoryBytes, restarts } of parts()) {
      metrics[`${name}.restarts`] = restarts
      if (memoryBytes !== null) metrics[`${name}.memory`] = memoryBytes
    }
    try {
      database()?.life?.keepHouse(clock.now())
      store.recordMetrics(clock.now(), metrics)
    } catch (error) {
      // As on a full disk: a minute without figures harms nobody, and a log may grow for another one.
      log.notice('warn', 'appliance', `figures of this minute are lost: ${describeError(error)}`)
    }
  }
}
