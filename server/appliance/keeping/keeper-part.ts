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
  RestoreOrder,
} from '../../contracts/keeping.ts'
import { HomebirdError, assertNever, describeError } from '../../core/errors.ts'
import type { SecretFolder } from '../../core/secret-box.ts'
import type { Child, ChildEnd } from '../child.ts'
import type { BackupSettings } from './backup-settings.ts'
import { backupKeysIn, locksOf, setBackupLock } from './backup-keys.ts'
import type { LiveRestore } from './live-restore.ts'
import { Silence } from './silence.ts'

const READY_LIMIT_MS = 60_000
/** Whoever tells of nothing for so long hangs: at a place that neither answers nor fails, say. */
const SILENT_MS = 2 * 3_600_000

export interface KeeperSurroundings {
  launch(): Child
  /** Whether what is due is made here: of several machines on one database, one makes it. */
  isFirst(): boolean
  startMessage(job: KeeperJob): StartMessage
  readonly secrets: SecretFolder
  /** What is set for backups, and what is known of their places. */
  readonly backups: BackupSettings
  /** Null where no home runs that could be opened again as the restored one. */
  readonly restore: LiveRestore | null
  /** As whom scratch databases are made; null where the database is another's. */
  admin(): DatabaseConnection | null
  /** Where outcomes are kept. */
  readonly store: { keepOutcome(outcome: KeeperOutcome): void; outcomes(count: number): KeeperOutcome[] }
  readonly notice: (level: 'info' | 'warn' | 'error', message: string) => void
  readonly silentMs?: number
}

interface Running {
  readonly breakOff: () => void
  progress: KeeperProgress
  /** What it has told of how it ended; none while it works. */
  readonly told: KeeperOutcome[]
  isCancelled: boolean
  isHung: boolean
  readonly isThorough: boolean
  /** Runs out when nothing was told for too long. */
  readonly silence: Silence
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
        await backups.addPlace(request.address)
        return this.#overview()
      case 'remove_place':
        backups.removePlace(request.place)
        return this.#overview()
      case 'place':
        return backups.placeWithSecrets(request.place)
      case 'key':
        return { key: backupKeysIn(secrets).key }
      case 'state':
        return this.state()
      case 'start':
        this.#startOrder(request.order)
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
    const isFirst = this.#around.isFirst()
    return { ...this.state(), locks, isFirst, ...this.#around.backups.overview(this.#all()) }
  }

  #all(): KeeperOutcome[] {
    return this.#around.store.outcomes(OUTCOMES_READ)
  }

  /** Starts the next backup that is due, or a thorough proof, where there is one and nothing else runs. */
  startDue(): void {
    if (this.#running !== null || this.#isStopping) return
    this.#follower.due()
    if (this.#follower.isSilent() || !this.#around.isFirst()) return
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
    this.#requireFree()
    const start = this.#around.startMessage(job)
    const child = this.#around.launch()
    const { promise, resolve } = Promise.withResolvers<void>()
    const running = this.#begun(job.task, {
      breakOff: () => void child.stop(),
      isThorough: job.task === 'verify' && job.isThorough === true,
      place,
      over: promise,
    })
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

  /** @throws HomebirdError SETTING_INVALID, NOT_FOUND, UNPROCESSABLE where this home cannot be restored while it runs */
  #startRestore(order: RestoreOrder): void {
    this.#requireFree()
    const abort = new AbortController()
    const { restore } = this.#around
    if (restore === null) {
      const why = 'nothing of this home runs: restore it with homebird restore'
      throw new HomebirdError('UNPROCESSABLE', why, { safe: why })
    }
    const staged = restore.stage(order, this.#around.backups, {
      signal: abort.signal,
      progress: (progress) => {
        running.silence.heard()
        running.progress = { ...progress, startedAt: running.progress.startedAt }
      },
    })
    const { promise, resolve } = Promise.withResolvers<void>()
    const running = this.#begun('restore', { breakOff: () => abort.abort(), place: null, over: promise })
    void staged
      .then(
        (outcome) => {
          this.#keep(outcome)
          return true
        },
        (error: unknown) => {
          this.#keepFailed(running, null, describeFailure(error))
          return false
        },
      )
      .then((isLaid) => {
        // What lies ready now must not be disturbed by another job before it has taken its place.
        if (isLaid) this.#isStopping = true
        this.#running = null
        running.silence.end()
        resolve()
        if (isLaid) restore.reopen()
      })
  }

  #begun(
    task: KeeperProgress['task'],
    how: Pick<Running, 'breakOff' | 'place' | 'over'> & { readonly isThorough?: boolean },
  ): Running {
    const running: Running = {
      isThorough: false,
      ...how,
      progress: firstProgress(task),
      told: [],
      isCancelled: false,
      isHung: false,
      silence: new Silence(this.#around.silentMs ?? SILENT_MS, () => this.#hangs(running)),
    }
    this.#running = running
    return running
  }

  #requireFree(): void {
    if (this.#isStopping) throw new HomebirdError('NOT_RUNNING', 'the home is stopping')
    if (this.#running === null) return
    const { task, startedAt } = this.#running.progress
    const why =
      task === 'hand_over' && this.#follower.isSilent() && !this.#follower.isGiving()
        ? `this home was handed over, and waits for the other computer to say that it knows. Finish it there (homebird hand-over take), or, where that one is off for good, have this one speak again (homebird hand-over take-back); then try again`
        : `the home is busy with another job (${task}, since ${startedAt}); wait for it or cancel it`
    throw new HomebirdError('CONFLICT', why, { safe: why })
  }

  /** For a home that takes its word back. */
  endHandOver(): void {
    if (this.#running?.progress.task === 'hand_over') this.cancel()
  }

  /** Does nothing where nothing runs. The job leaves things as they were before it. */
  cancel(): void {
    if (this.#running === null || this.#running.isCancelled) return
    this.#running.isCancelled = true
    this.#running.breakOff()
  }

  heard(report: Extract<ChildReport, { readonly kind: 'keeping' | 'kept' }>): void {
    const running = this.#running
    if (running === null) return
    running.silence.heard()
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
    running.breakOff()
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

  #startOrder(order: KeeperOrder): void {
    if (order.task === 'restore') this.#startRestore(order)
    else this.start(this.#jobOf(order), this.#placeOf(order))
  }

  /** Id of the place that an order is about, where it is about any. */
  #placeOf(order: Exclude<KeeperOrder, RestoreOrder>): string | null {
    return order.task === 'adopt' ? null : this.#around.backups.placeNamed(order.place ?? null).id
  }

  #jobOf(order: Exclude<KeeperOrder, RestoreOrder>): KeeperJob {
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
    running.silence.end()
    const last = running.told.at(-1)
    // What was told stands; an end in the middle of a job, or of what followed it, has to be told here.
    const isBrokenOff = running.isCancelled || running.isHung
    if (last !== undefined && end.code === 0 && !isBrokenOff) return
    if (last?.result === 'failed') return
    const why = failure ?? `the keeper ${end.how}; logs/homebird.log says more`
    this.#keepFailed(running, last?.subject ?? null, why)
  }

  #keepFailed(running: Running, subject: string | null, why: string): void {
    const { progress, isCancelled, isHung, isThorough, place } = running
    const { task, startedAt } = progress
    this.#keep({
      ...(task === 'verify' ? { isRefuted: false } : {}),
      task,
      result: isCancelled ? 'cancelled' : 'failed',
      startedAt,
      endedAt: new Date().toISOString(),
      subject,
      place,
      isThorough,
      message: isCancelled ? this.#whyCancelled(task) : isHung ? hungAt(progress) : why,
    })
  }

  /** By hand, unless it is said. */
  #whyCancelled(task: KeeperProgress['task']): string | null {
    if (!this.#isStopping) return null
    return task === 'restore'
      ? 'the home was stopped; nothing has changed, begin again'
      : 'the home was stopped; it is made up for'
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

/** What is foreseen says what to do; what is not says all that it knows. */
function describeFailure(error: unknown): string {
  return error instanceof HomebirdError ? error.message : describeError(error)
}

function firstProgress(task: KeeperProgress['task']): KeeperProgress {
  const startedAt = new Date().toISOString()
  return { task, step: 'start', done: 0, total: null, unit: 'bytes', startedAt }
}
