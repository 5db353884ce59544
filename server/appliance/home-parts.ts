/**
 * The parts of one home, wired to each other: what each is started with, whom it tells, who answers its questions.
 * When they start and stop is the appliance's business.
 */
import {
  type ChildRole,
  type Conditions,
  type DatabaseConnection,
  type StartMessage,
  USUAL_CONDITIONS,
} from '../contracts/child-message.ts'
import type { Clock } from '../core/clock.ts'
import type { Config } from '../core/config.ts'
import { HomebirdError } from '../core/errors.ts'
import { type Answering, answerChild, hearChild } from './answer-questions.ts'
import type { ApplianceLog } from './appliance-log.ts'
import type { ApplianceOptions } from './appliance-options.ts'
import { Child } from './child.ts'
import type { Demand } from './connection-budget.ts'
import { Decoders } from './decoders.ts'
import { type Ground, readSettings } from './ground.ts'
import { HomeChildren } from './home-children.ts'
import { type DatabaseLife, type DatabasePlan, demandOf, openDatabaseLife } from './home-database.ts'
import { Housekeeping } from './housekeeping.ts'
import { openHandOver } from './keeping/open-hand-over.ts'
import { openKeeperPart } from './keeping/open-keeper-part.ts'
import { KeptPart } from './kept-part.ts'
import { answerSettings } from './kept-settings.ts'
import { type TunnelPart, openTunnelPart } from './open-tunnel-part.ts'
import type { PartStatus } from './part-status.ts'
import { startMessageFor } from './start-message.ts'

/** What the appliance gives its parts of itself. */
interface PartsNeeds extends Pick<Answering, 'status' | 'facts'> {
  readonly clock: Clock
  readonly log: ApplianceLog
  readonly oneTimeKeyHash: string
  /** A part without which no home runs cannot be mended by another start. */
  readonly gaveUp: (error: HomebirdError) => void
  /** What was laid ready is switched in: the home stops, and is opened again. */
  readonly reopen: () => void
}

export class HomeParts {
  readonly database: KeptPart<DatabaseLife> | null
  readonly children: HomeChildren
  readonly tunnel: TunnelPart
  readonly house: Housekeeping
  readonly answering: Answering
  readonly #options: ApplianceOptions
  readonly #ground: Ground
  readonly #plan: DatabasePlan
  readonly #needs: PartsNeeds
  readonly #decoders: Decoders
  #conditions: Conditions = USUAL_CONDITIONS

  constructor(options: ApplianceOptions, ground: Ground, plan: DatabasePlan, needs: PartsNeeds) {
    this.#options = options
    this.#ground = ground
    this.#plan = plan
    this.#needs = needs
    const { log } = needs
    this.#decoders = new Decoders({
      launcher: options.launcher,
      socketOf: (child) => ground.runtime.decoders(child),
      line: (name, text) => log.line(name, text),
    })
    this.database =
      plan.external === null
        ? this.#keep('database', () => openDatabaseLife(ground, plan, log.noticeOf('database')))
        : null
    this.children = new HomeChildren({
      launch: (role, name) => this.#launch(role, name),
      keep: (name, open) => this.#keep(name, open),
      startMessage: (role, index) => this.#startMessage(role, index),
      databaseRuns: () => this.database?.whenRunning(),
      serverIsReady: (index, child) => this.tunnel.serverIsReady(index, child),
    })
    this.house = this.#keepHouse()
    this.tunnel = openTunnelPart({
      ground,
      sources: options.sources,
      servers: this.demand.servers,
      launch: () => this.#launch('tunnel', 'tunnel'),
      keep: (open) => this.#keep('tunnel', open, false),
      notice: log.noticeOf('tunnel'),
      server: (index) => this.children.server(index),
    })
    this.answering = this.#openAnswering()
  }

  get demand(): Demand {
    return demandOf(this.#ground.loaded.config, this.#options.role)
  }

  get conditions(): Conditions {
    return this.#conditions
  }

  /** Every part but the database. */
  get running(): readonly KeptPart<Child>[] {
    const { kept } = this.children
    return this.tunnel.part === null ? kept : [...kept, this.tunnel.part]
  }

  get statuses(): PartStatus[] {
    return [this.database, ...this.running].flatMap((part) => (part === null ? [] : [part.status()]))
  }

  /** How the home connects now. @throws HomebirdError DATABASE_UNREACHABLE while the embedded one does not run */
  connection(): DatabaseConnection {
    const connection =
      this.database === null ? this.#plan.external?.connection : this.database.life?.connection
    if (connection === undefined)
      throw new HomebirdError('DATABASE_UNREACHABLE', 'the database is not running')
    return connection
  }

  /** Told to every child, now and at each of its starts. */
  changeConditions(changed: Partial<Conditions>): void {
    this.#conditions = { ...this.#conditions, ...changed }
    this.children.tellAll({ type: 'conditions', conditions: this.#conditions })
  }

  #openAnswering(): Answering {
    const [ground, { sources, launcher }, { log }] = [this.#ground, this.#options, this.#needs]
    const notice = log.noticeOf('keeper')
    const keeper = openKeeperPart(ground, sources, {
      conditions: () => this.#conditions,
      isFirst: () => this.#plan.machines?.isFirst ?? true,
      launch: () => this.#launch('keeper', 'keeper'),
      connection: () => this.connection(),
      notice,
      restoring: { launcher, reopen: this.#needs.reopen },
    })
    const kept = (): readonly KeptPart<Child>[] => this.children.kept
    return {
      status: this.#needs.status,
      facts: this.#needs.facts,
      journal: (count) => ground.store.journalTail(count),
      children: this.children,
      decoders: this.#decoders,
      keeper,
      handOver: openHandOver({ ground, keeper, tunnel: this.tunnel, kept, notice }),
      seal: ground.seal,
      settings: (request) =>
        answerSettings(
          {
            loaded: ground.loaded,
            read: () => readSettings(sources, ground.seal.box).loaded,
            store: ground.store,
            notice: log.noticeOf('appliance'),
          },
          request,
        ),
      tunnel: this.tunnel,
    }
  }

  /** @param isVital  the home ends with it when no restart can mend it */
  #keep<L extends Child | DatabaseLife>(name: string, open: () => Promise<L>, isVital = true): KeptPart<L> {
    const part: KeptPart<L> = new KeptPart(
      name,
      open,
      {
        changed: () => this.#options.onEvent({ kind: 'part', part: part.status() }),
        patienceMs: () => (name === 'database' ? this.house.databasePatienceMs() : null),
        notice: this.#needs.log.noticeOf(name),
        gaveUp: (error) => {
          if (isVital) this.#needs.gaveUp(error)
        },
      },
      this.#needs.clock,
    )
    return part
  }

  #launch(role: ChildRole, name: string): Child {
    const { log } = this.#needs
    const child = new Child(
      this.#options.launcher,
      { role, name, heapMegabytes: this.#ground.loaded.config.heapMegabytes },
      {
        line: (text) => log.line(name, text),
        notice: log.noticeOf(name),
        answer: (request) => answerChild(this.answering, name, request),
        reported: (report) => hearChild(this.answering, name, report),
      },
    )
    void child.ended.then(() => this.#decoders.endAllOf(name))
    return child
  }

  #startMessage(role: ChildRole, index: number): StartMessage<Config> {
    return startMessageFor(role, index, {
      dataDir: this.#ground.dir.path,
      config: this.#ground.loaded.config,
      database: this.connection(),
      connectionsPerProcess: this.#plan.budget.perProcess,
      machine: this.#plan.machines?.id ?? null,
      publicListen: this.children.publicListen,
      privateListen: this.children.privateListen,
      oneTimeKeyHash: this.#needs.oneTimeKeyHash,
      windowDir: this.#options.windowDir,
      waysIn: (server) => this.tunnel.waysIn(server),
      vantage: this.#ground.runtime.vantage,
      conditions: this.#conditions,
      voice: this.answering.handOver.voice,
      decoderSocket: (child) =>
        this.#options.launcher.startsDecoders === true ? this.#ground.runtime.decoders(child) : null,
    })
  }

  #keepHouse(): Housekeeping {
    const { dir, store } = this.#ground
    return new Housekeeping({
      dir,
      clock: this.#needs.clock,
      store,
      log: this.#needs.log,
      database: () => this.database,
      connection: () => this.connection(),
      parts: () => this.statuses,
      roomChanged: (hasRoom) => this.changeConditions({ hasRoom }),
    })
  }
}
