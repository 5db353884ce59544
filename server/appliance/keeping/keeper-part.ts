/**
 * The keeper as the supervisor keeps it: a process for one job, started when there is one and gone with it. At most one
 * runs at a time; how each has ended is kept where it can be read while the database is down.
 */
import type { ChildReport, DatabaseConnection, StartMessage } from '../../contracts/child-message.ts'
import type { BackupsOverview, KeepingAnswer } from '../../contracts/backups.ts'
import type {
  KeeperJob,
  KeeperOrder,
  KeeperOutcome,
  KeeperProgress,
  KeeperState,
  KeepingRequest,
} from '../../contracts/keeping.ts'
import { HomebirdError, assertNever, describeError } from '../../core/errors.ts'
import type { SecretFolder } from '../../core/secret-box.ts'
import type { Child, ChildEnd } from '../child.ts'
import type { BackupSettings } from './backup-settings.ts'
import { backupKeysIn, locksOf, setBackupLock } from './backup-keys.ts'

const READY_LIMIT_MS = 60_000
/** Whoever tells of nothing for so long hangs: at a place that neither answers nor fails, say. */
const SILENT_MS = 2 * 3_600_000

export interface KeeperSurroundings {
  launch(): Child
  startMessage(job: KeeperJob): StartMessage
  readonly secrets: SecretFolder
  /** What is set for backups, and what is known of their places. */
  readonly backups: BackupSettings
  /** As whom scratch databases are made; null where the database is another's. */
  admin(): DatabaseConnection | null
  /** Where outcomes are kept. */
  readonly store: { keepOutcome(outcome: KeeperOutcome): void; outcomes(count: number): KeeperOutcome[] }
  readonly notice: (level: 'info' | 'warn' | 'error', message: string) => void
  readonly silentMs?: number
}

interface Running {
  readonly child: Child
  progress: KeeperProgress
  /** What it has told of how it ended; none while it works. */
  readonly told: KeeperOutcome[]
  isCancelled: boolean
  isHung: boolean
  readonly isThorough: boolean
  /** Runs out when nothing was told for too long. */
  readonly silence: NodeJS.Timeout
  /** Id of where a backup goes to or lies. */
  readonly place: string | null
  readonly over: Promise<void>
}

/** As many as are shown. */
const OUTCOMES_SHOWN = 200
/** Enough for the last good one of each place. */
const OUTCOMES_READ = 1_000

/** What else has to do with its jobs. */
export interface KeeperFollower {
  /** Whether another machine speaks for this home: then nothing is made by itself. */
  isSilent(): boolean
  /** Whether everything is being sent to it. */
  isGiving(): boolean
  /** A job has ended, however. */
  ended(): void
  /** Starts what is due of its own. */
  due(): void
}

const NOBODY: KeeperFollower = {
  isSilent: () => false,
  isGiving: () => false,
  ended: () => undefined,
  due: () => undefined,
}

export class KeeperPart {
  #follower = NOBODY
  readonly #around: KeeperSurroundings
  #running: Running | null = null
  #isStopping = false
  #timer: NodeJS.Timeout | undefined

  constructor(around: KeeperSurroundings) {
    this.#around = around
  }

  follow(follower: KeeperFollower): void {
    this.#follower = follower
  }

  /** @throws HomebirdError CONFLICT while another job runs, and what the order says wrong */
  async answer(request: KeepingRequest): Promise<KeepingAnswer> {
    const { secrets, backups } = this.#around
    switch (request.ask) {
      case 'backups':
        return this.#overview()
      case 'backup_settings':
        backups.change(request)
        return this.#overview()
      case 'add_place':
        backups.addPlace(request.address)
        return this.#overview()
      case 'remove_place':
        backups.removePlace(request.place)
        return this.#overview()
      case 'place':
        return backups.placeWithSecrets(request.place)
      case 'state':
        return this.state()
      case 'start':
        this.start(this.#jobOf(request.order), this.#placeOf(request.order))
        return this.state()
      case 'cancel':
        this.cancel()
        return this.state()
      case 'locks':
        return locksOf(backupKeysIn(secrets))
      case 'lock':
        return locksOf(await setBackupLock(secrets, request.by, request.words))
      default:
        return assertNever(request)
    }
  }

  state(): KeeperState {
    return {
      running: this.#running?.progress ?? null,
      ended: this.#around.store.outcomes(OUTCOMES_SHOWN),
    }
  }

  #overview(): BackupsOverview {
    const locks = locksOf(backupKeysIn(this.#around.secrets))
    return { ...this.state(), locks, ...this.#around.backups.overview(this.#all()) }
  }

  #all(): KeeperOutcome[] {
    return this.#around.store.outcomes(OUTCOMES_READ)
  }

  /** Starts the next backup that is due, or a thorough proof, where there is one and nothing else runs. */
  startDue(): void {
    if (this.#running !== null || this.#isStopping) return
    this.#follower.due()
    if (this.#follower.isSilent()) return
    const outcomes = this.#all()
    const { backups } = this.#around
    const place = backups.duePlace(outcomes)
    if (place !== null) return this.start(this.#jobOf({ task: 'backup', place }), place)
    const proof = backups.dueProof(outcomes)
    if (proof !== null) this.start(this.#jobOf({ task: 'verify', ...proof, isThorough: true }), proof.place)
  }

  /** What must not be broken off now. */
  busyWith(): 'backup' | 'restore' | null {
    const task = this.#running?.progress.task
    if (task === undefined) return null
    if (task === 'hand_over') return this.#follower.isGiving() ? 'backup' : null
    return task === 'backup' || task === 'verify' ? 'backup' : 'restore'
  }

  /** @throws HomebirdError CONFLICT while another job runs, NOT_RUNNING while the home stops */
  start(job: KeeperJob, place: string | null = null): void {
    if (this.#isStopping) throw new HomebirdError('NOT_RUNNING', 'the home is stopping')
    if (this.#running !== null) {
      const { task, startedAt } = this.#running.progress
      const why = `the home is busy with another job (${task}, since ${startedAt}); wait for it or cancel it`
      throw new HomebirdError('CONFLICT', why, { safe: why })
    }
    const start = this.#around.startMessage(job)
    const child = this.#around.launch()
    const { promise, resolve } = Promise.withResolvers<void>()
    const running: Running = {
      child,
      progress: firstProgress(job),
      told: [],
      isCancelled: false,
      isHung: false,
      isThorough: job.task === 'verify' && job.isThorough === true,
      silence: setTimeout(() => this.#hangs(running), this.#around.silentMs ?? SILENT_MS).unref(),
      place,
      over: promise,
    }
    this.#running = running
    // Its failure to begin is told by its end.
    const begun = child.begin(start, READY_LIMIT_MS).then(
      () => null,
      (error: unknown) => describeError(error),
    )
    void child.ended.then(async (end) => {
      this.#finish(running, end, await begun)
      this.#follower.ended()
      resolve()
    })
  }

  /** Does nothing where nothing runs. The job leaves things as they were before it. */
  cancel(): void {
    if (this.#running === null || this.#running.isCancelled) return
    this.#running.isCancelled = true
    void this.#running.child.stop()
  }

  heard(report: Extract<ChildReport, { readonly kind: 'keeping' | 'kept' }>): void {
    const running = this.#running
    if (running === null) return
    running.silence.refresh()
    if (report.kind === 'keeping') {
      const { kind: _, ...progress } = report
      running.progress = progress
      return
    }
    const { kind: _, ...outcome } = report
    running.told.push(outcome)
    this.#keep({ ...outcome, place: running.place, isThorough: running.isThorough })
  }

  #hangs(running: Running): void {
    running.isHung = true
    void running.child.stop()
  }

  /** Ends with it. */
  looks(timer: NodeJS.Timeout): void {
    this.#timer = timer
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    clearInterval(this.#timer)
    this.cancel()
    await this.#running?.over
  }

  /** Id of the place that an order is about, where it is about any. */
  #placeOf(order: KeeperOrder): string | null {
    return order.task === 'adopt' ? null : this.#around.backups.placeNamed(order.place ?? null).id
  }

  #jobOf(order: KeeperOrder): KeeperJob {
    if (order.task === 'adopt') return order
    const keys = backupKeysIn(this.#around.secrets)
    const place = this.#around.backups.placeNamed(order.place ?? null).address
    const admin = this.#around.admin()
    if (order.task === 'verify') return { ...order, place, keys, admin }
    const { isWhole = false, isVerified = true } = order
    return { task: 'backup', place, keys, admin, isWhole, isVerified }
  }

  #finish(running: Running, end: ChildEnd, failure: string | null): void {
    this.#running = null
    clearTimeout(running.silence)
    const { task, startedAt } = running.progress
    const last = running.told.at(-1)
    // What was told stands; an end in the middle of a job, or of what followed it, has to be told here.
    const isBrokenOff = running.isCancelled || running.isHung
    if (last !== undefined && end.code === 0 && !isBrokenOff) return
    if (last?.result === 'failed') return
    this.#keep({
      task,
      result: running.isCancelled ? 'cancelled' : 'failed',
      startedAt,
      endedAt: new Date().toISOString(),
      subject: last?.subject ?? null,
      place: running.place,
      isThorough: running.isThorough,
      message: running.isCancelled
        ? this.#whyCancelled()
        : running.isHung
          ? hungAt(running.progress)
          : (failure ?? `the keeper ${end.how}; logs/homebird.log says more`),
    })
  }

  /** By hand, unless it is said. */
  #whyCancelled(): string | null {
    return this.#isStopping ? 'the home was stopped; it is made up for' : null
  }

  #keep(outcome: KeeperOutcome): void {
    const { store, notice } = this.#around
    const what = `${outcome.task}${outcome.subject === null ? '' : ` of ${outcome.subject}`}`
    if (outcome.result === 'done') notice('info', `${what}: done`)
    else if (outcome.result === 'cancelled') notice('info', `${what}: cancelled`)
    else notice('error', `${what} failed: ${outcome.message ?? 'for no reason that was told'}`)
    try {
      store.keepOutcome(outcome)
    } catch (error) {
      // As on a full disk: it stands in the log all the same.
      notice('error', `how a job ended cannot be kept: ${describeError(error)}`)
    }
  }
}

const hungAt = ({ step }: KeeperProgress): string =>
  `it told of no progress for two hours, in the step "${step}", and was stopped; see whether the place and the disk answer`

function firstProgress({ task }: KeeperJob): KeeperProgress {
  const startedAt = new Date().toISOString()
  return { task, step: 'start', done: 0, total: null, unit: 'bytes', startedAt }
}
