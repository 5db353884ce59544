/**
 * The supervisor: one home on one data directory. It starts the database, brings the schema up to date, starts
 * server and workers, keeps them running and stops them in order. It knows no server code.
 */
import type { Conditions, DatabaseConnection, LineChange } from '../contracts/child-message.ts'
import type { ListenAddress } from '../contracts/listen-address.ts'
import type { Config } from '../core/config.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { type HomebirdError, describeError } from '../core/errors.ts'
import { giveBackMemoryLater } from '../core/idle-memory.ts'
import { answerCommand } from './answer-questions.ts'
import { type ApplianceLog, createApplianceLog } from './appliance-log.ts'
import type { ApplianceOptions } from './appliance-options.ts'
import type { ApplianceFacts, ApplianceStatus, HomeState, StartStep } from './appliance-status.ts'
import type { JournalLine } from './appliance-store.ts'
import { openControlSocket } from './control-socket.ts'
import type { Ground } from './ground.ts'
import { type DatabasePlan, describeDatabase } from './home-database.ts'
import { HomeParts } from './home-parts.ts'
import { partNamed, stopInOrder } from './kept-parts.ts'
import { systemLink, watchLink } from './link-watch.ts'
import { type HomeLog, openHomeLog } from './log-files.ts'
import { createOneTimeKey } from './one-time-key.ts'
import { isWell } from './part-status.ts'
import { originOf } from './ports.ts'
import type { StartTimes } from './start-times.ts'
import { wantedAddresses } from './wanted-addresses.ts'

export class Appliance {
  readonly config: Config
  /** Opens set-up, or signs the owner in once. It exists here and, as a hash, in the server. */
  readonly oneTimeKey = createOneTimeKey()
  /** Settles when the home has stopped: with null when it was asked to, else with what ended it. */
  readonly ended: Promise<HomebirdError | null>
  readonly #options: ApplianceOptions
  readonly #ground: Ground
  readonly #plan: DatabasePlan
  readonly #clock: Clock = systemClock
  readonly #log: ApplianceLog
  readonly #logFile: HomeLog
  readonly #startedAt = new Date()
  readonly #parts: HomeParts
  readonly #ended = Promise.withResolvers<HomebirdError | null>()
  #state: HomeState = 'Starting'
  #isToReopen = false
  #control: AsyncDisposable | null = null
  #endLinkWatch: () => void = () => undefined
  #stopping: Promise<void> | null = null

  constructor(options: ApplianceOptions, ground: Ground, plan: DatabasePlan) {
    this.#options = options
    this.#ground = ground
    this.#plan = plan
    this.config = ground.loaded.config
    this.#logFile = openHomeLog(ground.dir.logs)
    this.#log = createApplianceLog(this.#logFile, ground.store, options.onEvent)
    this.ended = this.#ended.promise
    this.#parts = new HomeParts(options, ground, plan, {
      clock: this.#clock,
      log: this.#log,
      oneTimeKeyHash: this.oneTimeKey.hash,
      status: () => this.status(),
      facts: () => this.facts(),
      gaveUp: (error) => {
        this.#stopping ??= this.#stop(error)
      },
      reopen: () => void this.stop('reopen'),
    })
  }

  /** @param times  of what was done before, and of what is done now */
  async start(times: StartTimes): Promise<void> {
    const comesTo = (step: StartStep): void => {
      times.comesTo(step)
      this.#options.onEvent({ kind: 'step', step })
    }
    const notices = [...this.#ground.loaded.warnings, ...(this.#plan.external?.warnings ?? [])]
    for (const { level, message } of this.#ground.said) this.#log.notice(level, 'appliance', message)
    for (const warning of notices) this.#log.notice('warn', 'settings', warning)
    this.#parts.children.launchAhead(this.#parts.demand)
    this.#control = await openControlSocket(this.#ground.runtime.controlSocket, (question) =>
      answerCommand(this.#parts.answering, question),
    )
    this.#ground.announce()
    this.#parts.house.watchDisk()
    comesTo('database')
    await this.#parts.database?.start()
    comesTo('schema')
    await this.#parts.children.migrate()
    await this.#options.beforeServer?.(this.connection(), this.config)
    const { loaded, runtime } = this.#ground
    comesTo('parts')
    await this.#parts.children.start(
      this.#parts.demand,
      wantedAddresses(loaded, this.#options, runtime.privateSocket),
      (name) => times.isReady(name),
    )
    this.#parts.house.start()
    this.#plan.machines?.follow(this.#log.noticeOf('machines'))
    this.#parts.answering.handOver.tellDue()
    this.#endLinkWatch = watchLink({
      ...systemLink,
      noticed: (why, sleptMs) => this.#lineChanged(why, sleptMs),
    })
    this.#state = 'Running'
    this.#log.notice('info', 'appliance', `the home runs after ${times.told()}`)
    giveBackMemoryLater()
  }

  /** Before the machine sleeps: closes the way in, so that nobody waits for an answer that cannot come. */
  async suspend(): Promise<void> {
    await this.#parts.tunnel.answer({ kind: 'tunnel', command: { kind: 'suspend' } })
  }

  /** After it slept. Without being told, the home notices it a second later, but opens nothing that was suspended. */
  async resume(): Promise<void> {
    await this.#parts.tunnel.answer({ kind: 'tunnel', command: { kind: 'resume' } })
    this.#parts.children.tellWorkers({ type: 'line', why: 'resume' })
  }

  /** Why the start has failed, for whoever opens the journal; it is thrown too. */
  noteFailure(error: unknown): void {
    this.#log.notice('error', 'appliance', `the home did not start: ${describeError(error)}`)
  }

  /**
   * By the owner's hand: the part ends, if it runs, and starts at once. Its children are not touched.
   * @returns once it runs again or its next start is planned
   * @throws HomebirdError NOT_FOUND for a part that this home does not keep, NOT_RUNNING while the home stops
   */
  async restartPart(name: string): Promise<void> {
    const part = partNamed([this.#parts.database, ...this.#parts.running], name)
    this.#log.notice('info', name, `${name} is started again by hand`)
    await part.restart()
  }

  /** A sentence of whoever runs this home, for the journal; never private text. */
  note(level: 'info' | 'warn' | 'error', part: string, message: string): void {
    if (this.#state !== 'Stopped') this.#log.notice(level, part, message)
  }

  /** The newest lines, oldest first. After the stop: `readHomeJournal`. */
  journal(count: number): JournalLine[] {
    return this.#ground.store.journalTail(count)
  }

  /** What must not be broken off now. */
  busyWith(): 'start' | 'backup' | 'restore' | null {
    return this.#state === 'Starting' ? 'start' : this.#parts.answering.keeper.busyWith()
  }

  /** On battery or a metered line workers do fewer things at once, now and after each start of theirs. */
  setConditions(power: Pick<Conditions, 'isOnBattery' | 'isMetered'>): void {
    const { isOnBattery, isMetered } = this.#parts.conditions
    if (power.isOnBattery === isOnBattery && power.isMetered === isMetered) return
    this.#parts.changeConditions(power)
  }

  /** Whether secrets are sealed by the keychain, and whether the owner wants them to be. */
  get secrets(): { readonly areSealed: boolean; readonly areWishedSealed: boolean } {
    const { key, wish } = this.#ground.seal.state
    return { areSealed: key !== null, areWishedSealed: wish === 'sealed' }
  }

  /** Counts from the next start; secrets lie plain as soon as the home has stopped, so that it can run without a window. */
  keepSecrets(how: 'sealed' | 'plain'): void {
    this.#ground.seal.wish(how)
  }

  /** Once it has ended: whether it is to be opened again at once, as what was laid ready for the next start. */
  get isToReopen(): boolean {
    return this.#isToReopen
  }

  /** Stops in reverse order, within 10 s. May be called at any time and more than once; the last call says what follows. */
  stop(then: 'rest' | 'reopen' = 'rest'): Promise<void> {
    this.#isToReopen = then === 'reopen' && this.#stopping === null
    this.#stopping ??= this.#stop(null)
    return this.#stopping
  }

  get publicAddress(): string | null {
    return this.#parts.children.publicListen === null ? null : originOf(this.#parts.children.publicListen)
  }
  get privateAddress(): string | null {
    return this.privateListen === null ? null : originOf(this.privateListen)
  }

  /** Where the owner is served; null while it is not known yet, or when this appliance runs no server. */
  get privateListen(): ListenAddress | null {
    return this.#parts.children.privateListen
  }

  async status(): Promise<ApplianceStatus> {
    const answers = await Promise.all(
      this.#parts.running.map(
        async (part) => [part.name, (await part.life?.ask().catch(() => null)) ?? null] as const,
      ),
    )
    return { ...this.facts(), details: Object.fromEntries(answers) }
  }

  facts(): ApplianceFacts {
    const parts = this.#parts.statuses
    const isAllWell = parts.every((part) => isWell(part.state)) && this.#parts.house.isWell
    return {
      state: this.#state === 'Running' && !isAllWell ? 'Needs attention' : this.#state,
      pid: process.pid,
      startedAt: this.#startedAt.toISOString(),
      dataDir: this.#ground.dir.path,
      database: describeDatabase(this.#plan),
      publicAddress: this.publicAddress,
      privateAddress: this.privateAddress,
      memoryBytes: process.memoryUsage.rss(),
      connectionsPerProcess: this.#plan.budget.perProcess,
      otherMachines: this.#plan.machines?.others ?? [],
      parts,
      conditions: this.#parts.conditions,
      ...this.#parts.house.facts(),
      ...this.#parts.tunnel.facts(),
    }
  }

  /** How the home connects now. @throws HomebirdError DATABASE_UNREACHABLE while the embedded one does not run */
  connection(): DatabaseConnection {
    return this.#parts.connection()
  }

  #lineChanged(why: LineChange, sleptMs: number): void {
    if (why === 'resume')
      this.#log.notice('info', 'appliance', `this computer slept for ${Math.round(sleptMs / 1_000)} s`)
    this.#parts.tunnel.nudge(why)
    this.#parts.children.tellWorkers({ type: 'line', why })
  }

  async #stop(reason: HomebirdError | null): Promise<void> {
    const steps: (() => Promise<unknown> | undefined)[] = [
      async () => this.#control?.[Symbol.asyncDispose](),
      () =>
        Promise.all([
          this.#parts.answering.keeper.stop(),
          this.#parts.tunnel.stop(),
          this.#parts.children.stopKept(),
        ]),
      () => this.#parts.children.stopUnkept(),
      () => this.#parts.house.stop(),
      () => this.#parts.database?.stop(),
      () => this.#plan.machines?.close(),
    ]
    this.#parts.children.refuseStarts()
    this.#endLinkWatch()
    await stopInOrder(steps, (why) => this.#log.notice('warn', 'appliance', `stopping: ${why}`))
    this.#state = 'Stopped'
    this.#log.notice('info', 'appliance', 'the home has stopped')
    this.#logFile.close()
    this.#ground.release()
    this.#ended.resolve(reason)
  }
}
