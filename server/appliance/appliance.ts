/**
 * The supervisor: one home on one data directory. It starts the database, brings the schema up to date, starts
 * server and workers, keeps them running and stops them in order. It knows no server code.
 */
import {
  type ChildRole,
  type Conditions,
  type DatabaseConnection,
  type LineChange,
  type StartMessage,
  USUAL_CONDITIONS,
} from '../contracts/child-message.ts'
import type { ListenAddress } from '../contracts/listen-address.ts'
import type { Config } from '../core/config.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { HomebirdError, describeError } from '../core/errors.ts'
import { giveBackMemoryLater } from '../core/idle-memory.ts'
import { type ApplianceLog, createApplianceLog } from './appliance-log.ts'
import type { JournalLine } from './appliance-store.ts'
import type { ApplianceFacts, ApplianceStatus, HomeState, StartStep } from './appliance-status.ts'
import { type Answering, answerChild, answerCommand, hearChild } from './answer-questions.ts'
import { Child } from './child.ts'
import { Decoders } from './decoders.ts'
import { openControlSocket } from './control-socket.ts'
import type { ApplianceOptions } from './appliance-options.ts'
import type { Demand } from './connection-budget.ts'
import type { Ground } from './ground.ts'
import { openHandOver } from './keeping/open-hand-over.ts'
import { openKeeperPart } from './keeping/open-keeper-part.ts'
import { HomeChildren } from './home-children.ts'
import {
  type DatabaseLife,
  type DatabasePlan,
  demandOf,
  describeDatabase,
  openDatabaseLife,
} from './home-database.ts'
import { KeptPart } from './kept-part.ts'
import { systemLink, watchLink } from './link-watch.ts'
import { type HomeLog, openHomeLog } from './log-files.ts'
import { type TunnelPart, openTunnelPart } from './open-tunnel-part.ts'
import { createOneTimeKey } from './one-time-key.ts'
import { Housekeeping } from './housekeeping.ts'
import { partNamed, stopInOrder } from './kept-parts.ts'
import { type PartStatus, isWell } from './part-status.ts'
import { originOf } from './ports.ts'
import { startMessageFor } from './start-message.ts'
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
  readonly #database: KeptPart<DatabaseLife> | null
  readonly #children: HomeChildren
  readonly #tunnel: TunnelPart
  readonly #decoders: Decoders
  readonly #house: Housekeeping
  readonly #answering: Answering
  readonly #ended = Promise.withResolvers<HomebirdError | null>()
  #state: HomeState = 'Starting'
  #isToReopen = false
  #control: AsyncDisposable | null = null
  #conditions: Conditions = USUAL_CONDITIONS
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
    this.#decoders = new Decoders({
      launcher: options.launcher,
      socketOf: (child) => ground.runtime.decoders(child),
      line: (name, text) => this.#log.line(name, text),
    })
    this.#database =
      plan.external === null
        ? this.#keep('database', () => openDatabaseLife(ground, plan, this.#log.noticeOf('database')))
        : null
    this.#children = new HomeChildren({
      launch: (role, name) => this.#launch(role, name),
      keep: (name, open) => this.#keep(name, open),
      startMessage: (role, index) => this.#startMessage(role, index),
      databaseRuns: () => this.#database?.whenRunning(),
      serverIsReady: (index, child) => this.#tunnel.serverIsReady(index, child),
    })
    this.#house = this.#keepHouse(ground)
    this.#tunnel = openTunnelPart({
      ground,
      sources: options.sources,
      servers: this.#demand.servers,
      launch: () => this.#launch('tunnel', 'tunnel'),
      keep: (open) => this.#keep('tunnel', open, false),
      notice: this.#log.noticeOf('tunnel'),
      server: (index) => this.#children.server(index),
    })
    const keeper = openKeeperPart(ground, options.sources, {
      conditions: () => this.#conditions,
      launch: () => this.#launch('keeper', 'keeper'),
      connection: () => this.connection(),
      notice: this.#log.noticeOf('keeper'),
      restoring: { launcher: options.launcher, reopen: () => void this.stop('reopen') },
    })
    const [tunnel, kept, notice] = [this.#tunnel, () => this.#children.kept, this.#log.noticeOf('keeper')]
    this.#answering = {
      status: () => this.status(),
      facts: () => this.facts(),
      children: this.#children,
      decoders: this.#decoders,
      keeper,
      handOver: openHandOver({ ground, keeper, tunnel, kept, notice }),
      seal: ground.seal,
      tunnel: this.#tunnel,
    }
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
    this.#children.launchAhead(this.#demand)
    this.#control = await openControlSocket(this.#ground.runtime.controlSocket, (question) =>
      answerCommand(this.#answering, question),
    )
    this.#ground.announce()
    this.#house.watchDisk()
    comesTo('database')
    await this.#database?.start()
    comesTo('schema')
    await this.#children.migrate()
    await this.#options.beforeServer?.(this.connection(), this.config)
    const { loaded, runtime } = this.#ground
    comesTo('parts')
    await this.#children.start(
      this.#demand,
      wantedAddresses(loaded, this.#options, runtime.privateSocket),
      (name) => times.isReady(name),
    )
    this.#house.start()
    this.#answering.handOver.tellDue()
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
    await this.#tunnel.answer({ kind: 'tunnel', command: { kind: 'suspend' } })
  }

  /** After it slept. Without being told, the home notices it a second later, but opens nothing that was suspended. */
  async resume(): Promise<void> {
    await this.#tunnel.answer({ kind: 'tunnel', command: { kind: 'resume' } })
    this.#children.tellWorkers({ type: 'line', why: 'resume' })
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
    const part = partNamed([this.#database, ...this.#running], name)
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
    return this.#state === 'Starting' ? 'start' : this.#answering.keeper.busyWith()
  }

  /** On battery or a metered line workers do fewer things at once, now and after each start of theirs. */
  setConditions(power: Pick<Conditions, 'isOnBattery' | 'isMetered'>): void {
    const { isOnBattery, isMetered } = this.#conditions
    if (power.isOnBattery === isOnBattery && power.isMetered === isMetered) return
    this.#changeConditions({ ...this.#conditions, ...power })
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
    return this.#children.publicListen === null ? null : originOf(this.#children.publicListen)
  }
  get privateAddress(): string | null {
    return this.privateListen === null ? null : originOf(this.privateListen)
  }

  /** Where the owner is served; null while it is not known yet, or when this appliance runs no server. */
  get privateListen(): ListenAddress | null {
    return this.#children.privateListen
  }

  get #demand(): Demand {
    return demandOf(this.config, this.#options.role)
  }

  async status(): Promise<ApplianceStatus> {
    const answers = await Promise.all(
      this.#running.map(
        async (part) => [part.name, (await part.life?.ask().catch(() => null)) ?? null] as const,
      ),
    )
    return { ...this.facts(), details: Object.fromEntries(answers) }
  }

  facts(): ApplianceFacts {
    const parts = this.#partStatus()
    const isAllWell = parts.every((part) => isWell(part.state)) && this.#house.isWell
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
      parts,
      conditions: this.#conditions,
      ...this.#house.facts(),
      ...this.#tunnel.facts(),
    }
  }

  /** Every part but the database. */
  get #running(): readonly KeptPart<Child>[] {
    const { kept } = this.#children
    return this.#tunnel.part === null ? kept : [...kept, this.#tunnel.part]
  }

  /** How the home connects now. @throws HomebirdError DATABASE_UNREACHABLE while the embedded one does not run */
  connection(): DatabaseConnection {
    const connection =
      this.#database === null ? this.#plan.external?.connection : this.#database.life?.connection
    if (connection === undefined)
      throw new HomebirdError('DATABASE_UNREACHABLE', 'the database is not running')
    return connection
  }

  /** @param isVital  the home ends with it when no restart can mend it */
  #keep<L extends Child | DatabaseLife>(name: string, open: () => Promise<L>, isVital = true): KeptPart<L> {
    const part: KeptPart<L> = new KeptPart(
      name,
      open,
      {
        changed: () => this.#options.onEvent({ kind: 'part', part: part.status() }),
        patienceMs: () => (name === 'database' ? this.#house.databasePatienceMs() : null),
        notice: this.#log.noticeOf(name),
        gaveUp: (error) => {
          if (isVital) this.#stopping ??= this.#stop(error)
        },
      },
      this.#clock,
    )
    return part
  }

  #launch(role: ChildRole, name: string): Child {
    const child = new Child(
      this.#options.launcher,
      { role, name, heapMegabytes: this.config.heapMegabytes },
      {
        line: (text) => this.#log.line(name, text),
        notice: this.#log.noticeOf(name),
        answer: (request) => answerChild(this.#answering, name, request),
        reported: (report) => hearChild(this.#answering, name, report),
      },
    )
    void child.ended.then(() => this.#decoders.endAllOf(name))
    return child
  }

  #startMessage(role: ChildRole, index: number): StartMessage<Config> {
    return startMessageFor(role, index, {
      dataDir: this.#ground.dir.path,
      config: this.config,
      database: this.connection(),
      connectionsPerProcess: this.#plan.budget.perProcess,
      publicListen: this.#children.publicListen,
      privateListen: this.#children.privateListen,
      oneTimeKeyHash: this.oneTimeKey.hash,
      windowDir: this.#options.windowDir,
      waysIn: (server) => this.#tunnel.waysIn(server),
      vantage: this.#ground.runtime.vantage,
      conditions: this.#conditions,
      voice: this.#answering.handOver.voice,
      decoderSocket: (child) =>
        this.#options.launcher.startsDecoders === true ? this.#ground.runtime.decoders(child) : null,
    })
  }

  #lineChanged(why: LineChange, sleptMs: number): void {
    if (why === 'resume')
      this.#log.notice('info', 'appliance', `this computer slept for ${Math.round(sleptMs / 1_000)} s`)
    this.#tunnel.nudge(why)
    this.#children.tellWorkers({ type: 'line', why })
  }

  #keepHouse({ dir, store }: Ground): Housekeeping {
    return new Housekeeping({
      dir,
      clock: this.#clock,
      store,
      log: this.#log,
      database: () => this.#database,
      connection: () => this.connection(),
      parts: () => this.#partStatus(),
      roomChanged: (hasRoom) => this.#changeConditions({ ...this.#conditions, hasRoom }),
    })
  }

  #changeConditions(conditions: Conditions): void {
    this.#conditions = conditions
    this.#children.tellAll({ type: 'conditions', conditions })
  }

  #partStatus(): PartStatus[] {
    return [this.#database, ...this.#running].flatMap((part) => (part === null ? [] : [part.status()]))
  }

  async #stop(reason: HomebirdError | null): Promise<void> {
    const steps: (() => Promise<unknown> | undefined)[] = [
      async () => this.#control?.[Symbol.asyncDispose](),
      () => Promise.all([this.#answering.keeper.stop(), this.#tunnel.stop(), this.#children.stopKept()]),
      () => this.#children.stopUnkept(),
      () => this.#house.stop(),
      () => this.#database?.stop(),
    ]
    this.#children.refuseStarts()
    this.#endLinkWatch()
    await stopInOrder(steps, (why) => this.#log.notice('warn', 'appliance', `stopping: ${why}`))
    this.#state = 'Stopped'
    this.#log.notice('info', 'appliance', 'the home has stopped')
    this.#logFile.close()
    this.#ground.release()
    this.#ended.resolve(reason)
  }
}
