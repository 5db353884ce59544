/**
 * The supervisor: one home on one data directory. It starts the database, brings the schema up to date, starts
 * server and workers, keeps them running and stops them in order. It knows no server code.
 */
import type { ChildRole, DatabaseConnection, LineChange, StartMessage } from '../contracts/child-message.ts'
import type { ListenAddress } from '../contracts/listen-address.ts'
import type { Config } from '../core/config.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { HomebirdError, describeError } from '../core/errors.ts'
import { giveBackMemoryLater } from '../core/idle-memory.ts'
import { type ApplianceLog, createApplianceLog } from './appliance-log.ts'
import type { ApplianceEvent, ApplianceFacts, ApplianceStatus, HomeState } from './appliance-status.ts'
import { Child } from './child.ts'
import { askDoctor } from './ask-doctor.ts'
import { openControlSocket } from './control-socket.ts'
import { type Ground, type GroundSources, openGround } from './ground.ts'
import {
  type ApplianceRole,
  type DatabaseLife,
  type DatabasePlan,
  demandOf,
  describeDatabase,
  openDatabaseLife,
  planDatabase,
} from './home-database.ts'
import { KeptPart } from './kept-part.ts'
import { systemLink, watchLink } from './link-watch.ts'
import type { Launcher } from './launcher.ts'
import { type HomeLog, openHomeLog } from './log-files.ts'
import { type TunnelPart, openTunnelPart } from './open-tunnel-part.ts'
import { createOneTimeKey } from './one-time-key.ts'
import { isWell } from './part-status.ts'
import { originOf, requireFreeAddresses } from './ports.ts'
import { wantedAddresses } from './wanted-addresses.ts'

const MIGRATION_LIMIT_MS = 30 * 60_000
const READY_LIMIT_MS = 60_000
const HOUSEKEEPING_MS = 60_000
/** Children of a killed appliance end by themselves within 5 s; until then they hold its ports. */
const LEFTOVER_PORT_PATIENCE_MS = 6_000

export interface ApplianceOptions {
  readonly sources: GroundSources
  readonly role: ApplianceRole
  readonly launcher: Launcher
  /** Folder of the window's bundle, or null. */
  readonly windowDir: string | null
  readonly onEvent: (event: ApplianceEvent) => void
  /** Stops a start that is under way; afterwards `stop` does. */
  readonly signal?: AbortSignal
  /** Runs once the schema is up to date and before the server starts: setting up a home without a page. */
  readonly beforeServer?: (database: DatabaseConnection, config: Config) => Promise<void>
}

/**
 * Checks everything that can be checked before anything is written, takes the folder, and starts the parts in order.
 * A start that fails stops in reverse what it had started.
 * @throws HomebirdError with the exit code of what failed
 */
export async function openAppliance(options: ApplianceOptions): Promise<Appliance> {
  const { ground, checked } = await openGround(options.sources, async (config, wasKilled) => {
    await requireFreeAddresses(
      wantedAddresses(config, options.role),
      wasKilled ? LEFTOVER_PORT_PATIENCE_MS : 0,
    )
    return planDatabase(config, options.role)
  })
  const appliance = new Appliance(options, ground, checked)
  try {
    await Promise.race([appliance.start(), rejectedBy(options.signal)])
    return appliance
  } catch (error) {
    await appliance.stop()
    throw error
  }
}

function rejectedBy(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const refuse = (): void =>
      reject(new HomebirdError('NOT_RUNNING', 'the home was stopped while it started'))
    if (signal?.aborted === true) refuse()
    signal?.addEventListener('abort', refuse, { once: true })
  })
}

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
  readonly #children: KeptPart<Child>[] = []
  readonly #tunnel: TunnelPart
  /** Launched ahead of their turn, so that their programs load while the database starts. */
  readonly #launchedAhead = new Map<string, Child>()
  #settleEnded: (reason: HomebirdError | null) => void = () => undefined
  #state: HomeState = 'Starting'
  #publicListen: ListenAddress | null = null
  #privateListen: ListenAddress | null = null
  #control: AsyncDisposable | null = null
  #housekeeping: NodeJS.Timeout | null = null
  #endLinkWatch: () => void = () => undefined
  #stopping: Promise<void> | null = null
  #migration: Child | null = null
  readonly #stopRequested = Promise.withResolvers<void>()

  constructor(options: ApplianceOptions, ground: Ground, plan: DatabasePlan) {
    this.#options = options
    this.#ground = ground
    this.#plan = plan
    this.config = ground.loaded.config
    this.#logFile = openHomeLog(ground.dir.logs)
    this.#log = createApplianceLog(this.#logFile, ground.store, options.onEvent)
    this.ended = new Promise((resolve) => {
      this.#settleEnded = resolve
    })
    this.#database =
      plan.external === null
        ? this.#keep('database', () =>
            openDatabaseLife(ground, plan, (level, text) => this.#log.notice(level, 'database', text)),
          )
        : null
    this.#tunnel = openTunnelPart({
      ground,
      sources: options.sources,
      servers: demandOf(this.config, options.role).servers,
      launch: () => this.#launch('tunnel', 'tunnel'),
      keep: (open) => this.#keep('tunnel', open, false),
      notice: (level, message) => this.#log.notice(level, 'tunnel', message),
      server: (index) => this.#children.find(({ name }) => name === `server-${index}`)?.life ?? null,
    })
  }

  async start(): Promise<void> {
    const notices = [...this.#ground.loaded.warnings, ...(this.#plan.external?.warnings ?? [])]
    for (const warning of notices) this.#log.notice('warn', 'settings', warning)
    const { servers, workers } = demandOf(this.config, this.#options.role)
    this.#launchAhead(servers, workers)
    this.#control = await openControlSocket(this.#ground.runtime.controlSocket, (question) => {
      if (question.kind === 'status') return this.status()
      return question.kind === 'doctor' ? askDoctor(this.#children, question) : this.#tunnel.answer(question)
    })
    this.#ground.announce()
    await this.#database?.start()
    await this.#migrate()
    await this.#options.beforeServer?.(this.connection(), this.config)
    for (const address of wantedAddresses(this.config, this.#options.role)) {
      if (address.setting === 'HOMEBIRD_PORT') this.#publicListen = address.address
      else this.#privateListen = address.address
    }
    // Servers and workers never speak to each other. Servers wait for the first: it finds the port that all share.
    await Promise.all([this.#startChildren('server', servers), this.#startChildren('worker', workers)])
    this.#housekeeping = setInterval(() => this.#keepHouse(), HOUSEKEEPING_MS).unref()
    this.#endLinkWatch = watchLink({
      ...systemLink,
      noticed: (why, sleptMs) => this.#lineChanged(why, sleptMs),
    })
    this.#state = 'Running'
    this.#log.notice('info', 'appliance', 'the home runs')
    giveBackMemoryLater()
  }

  /** Before the machine sleeps: closes the way in, so that nobody waits for an answer that cannot come. */
  async suspend(): Promise<void> {
    await this.#tunnel.answer({ kind: 'tunnel', command: { kind: 'suspend' } })
  }

  /** After it slept. Without being told, the home notices it a second later, but opens nothing that was suspended. */
  async resume(): Promise<void> {
    await this.#tunnel.answer({ kind: 'tunnel', command: { kind: 'resume' } })
    this.#tellWorkers('resume')
  }

  /** Stops in reverse order, within 10 s. May be called at any time and more than once. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop(null)
    return this.#stopping
  }

  get publicAddress(): string | null {
    return this.#publicListen === null ? null : originOf(this.#publicListen)
  }

  get privateAddress(): string | null {
    return this.#privateListen === null ? null : originOf(this.#privateListen)
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
    const parts = [this.#database, ...this.#running].flatMap((part) => (part === null ? [] : [part.status()]))
    const isAllWell = parts.every((part) => isWell(part.state))
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
      ...this.#tunnel.facts(),
    }
  }

  /** Every part but the database. */
  get #running(): readonly KeptPart<Child>[] {
    return this.#tunnel.part === null ? this.#children : [...this.#children, this.#tunnel.part]
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
        notice: (level, message) => this.#log.notice(level, name, message),
        gaveUp: (error) => {
          if (isVital) this.#stopping ??= this.#stop(error)
        },
      },
      this.#clock,
    )
    return part
  }

  #launch(role: ChildRole, name: string): Child {
    return new Child(
      this.#options.launcher,
      { role, name, heapMegabytes: this.config.heapMegabytes },
      {
        line: (text) => this.#log.line(name, text),
        notice: (level, message) => this.#log.notice(level, name, message),
        answer: async (request) => (request.kind === 'facts' ? this.facts() : this.#tunnel.answer(request)),
        reported: (report) => this.#tunnel.heard(report, numberOf(name)),
      },
    )
  }

  #launchAhead(servers: number, workers: number): void {
    this.#launchedAhead.set('migrate', this.#launch('migrate', 'migrate'))
    if (servers > 0) this.#launchedAhead.set('server-0', this.#launch('server', 'server-0'))
    if (workers > 0) this.#launchedAhead.set('worker-0', this.#launch('worker', 'worker-0'))
  }

  #takeLaunched(role: ChildRole, name: string): Child {
    if (this.#stopping !== null) throw new HomebirdError('NOT_RUNNING', 'the home is stopping')
    const ahead = this.#launchedAhead.get(name)
    this.#launchedAhead.delete(name)
    return ahead ?? this.#launch(role, name)
  }

  async #migrate(): Promise<void> {
    const child = this.#takeLaunched('migrate', 'migrate')
    this.#migration = child
    await child.begin(this.#startMessage('migrate', 0), MIGRATION_LIMIT_MS)
    // Ready says that all is done; its end is a formality that nobody waits for, but for a stop.
    void child.ended.then(() => {
      this.#migration = null
    })
  }

  async #startChildren(role: 'server' | 'worker', count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) await this.#startChild(role, index)
  }

  async #startChild(role: 'server' | 'worker', index: number): Promise<void> {
    const name = `${role}-${index}`
    const part = this.#keep(name, async () => {
      await Promise.race([this.#database?.whenRunning(), this.#stopRequested.promise])
      const start = this.#startMessage(role, index)
      const child = this.#takeLaunched(role, name)
      const ready = child.begin(start, READY_LIMIT_MS)
      if (role === 'server')
        ready
          .then((listening) => {
            this.#remember(index, listening)
            this.#tunnel.serverIsReady(index, child)
          })
          .catch(() => undefined) // told by the child that did not begin
      return child
    })
    this.#children.push(part)
    await part.start()
  }

  /** A port that was 0 stays the one that was found, for the other servers and for every later start. */
  #remember(index: number, listening: readonly ListenAddress[]): void {
    const [publicBound, privateBound] = listening
    if (publicBound !== undefined) this.#publicListen = publicBound
    if (index === 0 && privateBound !== undefined) this.#privateListen = privateBound
  }

  #startMessage(role: ChildRole, index: number): StartMessage<Config> {
    const isServer = role === 'server'
    const isFirstServer = isServer && index === 0
    return {
      type: 'start',
      role,
      index,
      dataDir: this.#ground.dir.path,
      // What nobody else may know is told to nobody else; a server takes it out of what it shows of logs.
      settings: isServer ? this.config : { ...this.config, tunnelToken: '' },
      database: this.connection(),
      connections: role === 'migrate' ? 1 : this.#plan.budget.perProcess,
      publicListen: isServer ? this.#publicListen : null,
      privateListen: isFirstServer ? this.#privateListen : null,
      oneTimeKeyHash: isFirstServer ? this.oneTimeKey.hash : null,
      windowDir: isFirstServer ? this.#options.windowDir : null,
      waysIn: isServer ? this.#tunnel.waysIn(index) : [],
      vantage: isServer ? this.#ground.runtime.vantage : null,
      home: null,
    }
  }

  #lineChanged(why: LineChange, sleptMs: number): void {
    if (why === 'resume')
      this.#log.notice('info', 'appliance', `this computer slept for ${Math.round(sleptMs / 1_000)} s`)
    this.#tunnel.nudge(why)
    this.#tellWorkers(why)
  }

  #tellWorkers(why: LineChange): void {
    for (const { name, life } of this.#children)
      if (name.startsWith('worker-')) life?.tell({ type: 'line', why })
  }

  #keepHouse(): void {
    this.#database?.life?.rotateLog()
    const metrics: Record<string, number> = { 'appliance.memory': process.memoryUsage.rss() }
    for (const part of [this.#database, ...this.#running]) {
      if (part === null) continue
      const { name, memoryBytes, restarts } = part.status()
      metrics[`${name}.restarts`] = restarts
      if (memoryBytes !== null) metrics[`${name}.memory`] = memoryBytes
    }
    this.#ground.store.recordMetrics(this.#clock.now(), metrics)
  }

  async #stop(reason: HomebirdError | null): Promise<void> {
    const steps: (() => Promise<unknown> | undefined)[] = [
      async () => this.#control?.[Symbol.asyncDispose](),
      // Workers are told first and servers at once after them: they do not need each other, and time is short.
      () => Promise.all([this.#tunnel.stop(), ...this.#children.toReversed().map((part) => part.stop())]),
      () =>
        Promise.all([...this.#launchedAhead.values(), this.#migration].map(async (child) => child?.stop())),
      () => this.#database?.stop(),
    ]
    this.#stopRequested.resolve()
    if (this.#housekeeping !== null) clearInterval(this.#housekeeping)
    this.#endLinkWatch()
    for (const step of steps) {
      try {
        await step()
      } catch (error) {
        this.#log.notice('warn', 'appliance', `stopping: ${describeError(error)}`)
      }
    }
    this.#state = 'Stopped'
    this.#log.notice('info', 'appliance', 'the home has stopped')
    this.#logFile.close()
    this.#ground.release()
    this.#settleEnded(reason)
  }
}

/** Of `server-3`: 3. Null for what is no server. */
function numberOf(name: string): number | null {
  const number = /^server-(\d+)$/.exec(name)?.[1]
  return number === undefined ? null : Number(number)
}
