/**
 * The tunnel as the supervisor keeps it: a process of its own that the home does without, started when its servers listen
 * for it, started anew when its settings change. It knows neither the database nor its password.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { ApplianceFacts } from '../contracts/appliance-status.ts'
import {
  type ChildReport,
  type LineChange,
  type StartMessage,
  type ToChild,
  type TunnelRequest,
  USUAL_CONDITIONS,
} from '../contracts/child-message.ts'
import type { ListenAddress } from '../contracts/listen-address.ts'
import type { HomeFacts, TunnelCommand, TunnelState, TunnelStatus } from '../contracts/tunnel.ts'
import type { WayIn } from '../contracts/way-in.ts'
import type { Config } from '../core/config.ts'
import { HomebirdError, describeError } from '../core/errors.ts'
import type { SettingName } from '../core/settings.ts'
import { type TunnelConfig, tunnelConfigOf } from '../core/tunnel-config.ts'
import { TUNNEL_SETTINGS } from '../core/tunnel-settings.ts'
import type { ProgramLedger } from '../core/program-ledger.ts'
import type { Child } from './child.ts'
import type { KeptPart } from './kept-part.ts'
import { planWayIn } from './plan-way-in.ts'
import type { RuntimeFolder } from './runtime-folder.ts'
import { withoutWayIn } from './without-way-in.ts'

const READY_LIMIT_MS = 30_000
const ANSWER_AFTER_MS = 2_000
const UNDECIDED: ReadonlySet<TunnelState> = new Set(['off', 'preparing', 'connecting'])

type WaysInReport = Extract<ChildReport, { readonly kind: 'ways_in' }>

export interface TunnelSurroundings {
  readonly dataDir: string
  readonly runtime: RuntimeFolder
  /** How many server processes there are; without one there is nothing to lead to. */
  readonly servers: number
  /** The settings as they are kept now. @throws HomebirdError SETTING_INVALID */
  /** The key of sealed secrets, of which the tunnel keeps some; null where they are plain. */
  readonly secretsKey: string | null
  readSettings(): Config
  /** @throws HomebirdError SETTING_INVALID; nothing is changed then */
  saveSettings(changes: Readonly<Record<string, string | null>>): void
  launch(): Child
  /** A part whose giving up does not end the home. */
  keep(open: () => Promise<Child>): KeptPart<Child>
  notice(level: 'warn' | 'error', message: string): void
  /** @returns whether it was told: a server that is only starting hears nothing yet */
  toServer(index: number, message: Extract<ToChild, { readonly type: 'ways_in' | 'look' }>): boolean
  /** What the tunnel runs of others, by which what a killed one has left is found. */
  readonly programs: Pick<ProgramLedger, 'endAll'>
}

export class TunnelPart {
  readonly #around: TunnelSurroundings
  #settings: Config
  #part: KeptPart<Child> | null = null
  #home: HomeFacts | null = null
  #status: TunnelStatus | null = null
  /** Settles with the next status. */
  #nextStatus = Promise.withResolvers<undefined>()
  /** What the servers listen on for it, by their number. */
  readonly #bound = new Map<number, ListenAddress>()
  /** Counts the changes of what servers should listen on; and the last of them that each server was told. */
  #change = 0
  readonly #told = new Map<number, number>()
  #peerProvedAt: Date | null = null
  #isSuspended = false
  #isHeld = false
  #isStopping = false
  /** Changes are made one after the other. */
  #work: Promise<void> = Promise.resolve()

  constructor(around: TunnelSurroundings, settings: Config) {
    this.#around = around
    this.#settings = settings
    this.#queue(async () => this.#endLeftPrograms())
  }

  get part(): KeptPart<Child> | null {
    return this.#part
  }

  status(): TunnelStatus | null {
    return this.#settings.tunnel === 'none' ? null : this.#status
  }

  facts(): Pick<ApplianceFacts, 'tunnel' | 'peerProvedAt' | 'tunnelSettings'> {
    return { tunnel: this.status(), peerProvedAt: this.peerProvedAt, tunnelSettings: this.settings() }
  }

  /** What may be shown of the settings that count now. */
  settings(): Readonly<Record<string, unknown>> {
    const names = Object.keys(TUNNEL_SETTINGS) as (keyof typeof TUNNEL_SETTINGS)[]
    return Object.fromEntries(
      names.map((name) => [
        name,
        name === 'tunnelToken' ? this.#settings[name] !== '' : this.#settings[name],
      ]),
    )
  }

  /** For the start message of a server. A port that was found is every later server's. */
  waysIn(server: number): readonly WayIn[] {
    this.#told.set(server, this.#change)
    return this.#ways(server)
  }

  /** Told while it started, a server has heard nothing. */
  serverIsReady(server: number, life: Pick<Child, 'tell'>): void {
    if (this.#told.get(server) === this.#change) return
    life.tell({ type: 'ways_in', ways: this.waysIn(server) })
  }

  /** When a signed request of another server was last accepted, since the start; null before the first. */
  get peerProvedAt(): string | null {
    return this.#peerProvedAt?.toISOString() ?? null
  }

  get vantage(): string | null {
    return this.#settings.tunnel === 'ssh' ? this.#around.runtime.vantage : null
  }

  /** @param server  number of the server that tells it, null for the tunnel itself */
  heard(
    report: Exclude<ChildReport, { readonly kind: 'keeping' | 'kept' | 'seen' }>,
    server: number | null,
  ): void {
    switch (report.kind) {
      case 'home':
        this.#home = report.home
        return this.#tell({ kind: 'home', home: report.home })
      case 'peer_proved':
        this.#peerProvedAt = new Date()
        return this.#tell({ kind: 'peer_proved' })
      case 'doubted':
        return this.#lookSoon()
      case 'tunnel':
        return this.#found(report.status)
      case 'ways_in':
        return this.#listening(server ?? 0, report)
      default:
        return report satisfies never
    }
  }

  /** @throws HomebirdError SETTING_INVALID, UNPROCESSABLE */
  async answer(request: TunnelRequest): Promise<TunnelStatus | null> {
    if (request.kind === 'tunnel') {
      this.#obey(request.command)
      if (request.command.kind === 'suspend') await Promise.race([this.#isClosed(), delay(ANSWER_AFTER_MS)])
      return this.status()
    }
    this.#around.saveSettings(request.changes)
    await this.#changeTo(this.#around.readSettings())
    return this.status()
  }

  /** While another machine speaks for this home nothing leads to it, whatever is said to the tunnel. */
  async hold(isHeld: boolean): Promise<void> {
    if (this.#isHeld === isHeld) return
    this.#isHeld = isHeld
    await this.#changeTo(this.#settings)
  }

  /** The machine has slept, or is on another network. */
  nudge(why: LineChange): void {
    this.#obey({ kind: 'nudge', why })
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    // A change that is under way is still ending the former one.
    await Promise.all([this.#part?.stop(), this.#work])
    await this.#endLeftPrograms()
  }

  #obey(command: TunnelCommand): void {
    if (command.kind === 'suspend') this.#isSuspended = true
    if (command.kind === 'resume') this.#isSuspended = false
    const isTry = command.kind === 'nudge' || command.kind === 'resume'
    // What held the address may have let it go.
    if (isTry && this.#part === null) this.#tellAllWays()
    this.#tell(command)
  }

  #tell(command: TunnelCommand): void {
    this.#part?.life?.tell({ type: 'command', command })
  }

  #found(status: TunnelStatus): void {
    if (isWorthALook(status, this.#status)) this.#lookSoon()
    this.#status = status
    this.#nextStatus.resolve(undefined)
    this.#nextStatus = Promise.withResolvers<undefined>()
  }

  /** The doctor of the home, in its first server. A server that only starts looks by itself. */
  #lookSoon(): void {
    this.#around.toServer(0, { type: 'look' })
  }

  #listening(server: number, { addresses: [address], refusals }: WaysInReport): void {
    // What it listens on by a former telling it will close as soon as it is told the next.
    if (this.#told.get(server) !== this.#change) return
    if (address === undefined) this.#bound.delete(server)
    else this.#bound.set(server, address)
    for (const refusal of refusals) this.#around.notice('error', `server-${server}: ${refusal}`)
    const [refusal] = refusals
    if (refusal !== undefined && this.#part === null && this.#bound.size === 0)
      this.#found(withoutWayIn(this.#settings.tunnel, refusal, new Date()))
    this.#queue(async () => this.#startWhenLed())
  }

  /** Other ways in for the servers first; the tunnel follows when they listen. */
  async #changeTo(settings: Config): Promise<void> {
    this.#settings = settings
    this.#queue(async () => {
      const former = this.#part
      this.#part = null
      this.#status = null
      await former?.stop()
      await this.#endLeftPrograms()
      this.#bound.clear()
      this.#change += 1
      this.#tellAllWays()
      this.#lookSoon()
      await this.#startWhenLed()
    })
    // Whoever asks hears how it does soon; a tunnel that is slow to end goes on ending.
    await Promise.race([this.#hasSettled(), delay(ANSWER_AFTER_MS)])
  }

  /** When what was changed is done, and the tunnel has found out how it does then. */
  async #hasSettled(): Promise<void> {
    await this.#work
    const isWanted = (): boolean => !this.#isHeld && this.#settings.tunnel !== 'none' && !this.#isStopping
    while (isWanted() && isUndecided(this.#status)) await this.#nextStatus.promise
  }

  #tellAllWays(): void {
    for (let server = 0; server < this.#around.servers; server += 1) this.#tellWays(server)
  }

  #tellWays(server: number): void {
    if (this.#around.toServer(server, { type: 'ways_in', ways: this.#ways(server) }))
      this.#told.set(server, this.#change)
  }

  /** A tunnel that was killed could not end what it ran. */
  async #endLeftPrograms(): Promise<void> {
    for (const pid of await this.#around.programs.endAll())
      this.#around.notice('warn', `process ${pid}, which a former tunnel had left running, was ended`)
  }

  async #isClosed(): Promise<void> {
    while (this.#part !== null && this.#status !== null && this.#status.state !== 'off')
      await this.#nextStatus.promise
  }

  async #startWhenLed(): Promise<void> {
    if (this.#isStopping || this.#part !== null || !this.#isLed()) return
    this.#part = this.#around.keep(async () => {
      await this.#endLeftPrograms()
      const child = this.#around.launch()
      const ready = child.begin(this.#startMessage(), READY_LIMIT_MS)
      // What was told while it started was told to nobody; as the part it is not known to run yet at this moment.
      ready
        .then(() => {
          if (this.#isSuspended) child.tell({ type: 'command', command: { kind: 'suspend' } })
          if (this.#home !== null)
            child.tell({ type: 'command', command: { kind: 'home', home: this.#home } })
        })
        // A start that failed is told by the part, which tries again.
        .catch(() => undefined)
      return child
    })
    this.#part.startAnyway()
  }

  #isLed(): boolean {
    return (
      !this.#isHeld && this.#around.servers > 0 && this.#settings.tunnel !== 'none' && this.#bound.size > 0
    )
  }

  #startMessage(): StartMessage<TunnelConfig> {
    return {
      type: 'start',
      role: 'tunnel',
      index: 0,
      dataDir: this.#around.dataDir,
      settings: tunnelConfigOf(this.#settings),
      database: null,
      connections: 0,
      publicListen: null,
      privateListen: null,
      oneTimeKeyHash: null,
      windowDir: null,
      waysIn: this.#target(),
      vantage: this.vantage,
      decoderSocket: null,
      conditions: USUAL_CONDITIONS,
      secretsKey: this.#around.secretsKey,
      home: this.#home,
      job: null,
    }
  }

  /** Where the tunnel leads: the socket of each server, also of one that does not listen yet, or the port of all. */
  #target(): readonly WayIn[] {
    const own = Array.from({ length: this.#around.servers }, (_, server) => this.#wayIn(server))
    const ways = new Map(
      own.flatMap((way) => (way === null ? [] : [[JSON.stringify(way.address), way] as const])),
    )
    return [...ways.values()]
  }

  #ways(server: number): readonly WayIn[] {
    const way = this.#wayIn(server)
    return way === null ? [] : [way]
  }

  #wayIn(server: number): WayIn | null {
    const found = this.#bound.values().find(({ kind }) => kind === 'tcp') ?? null
    return planWayIn(this.#settings, server, this.#around.runtime, found)
  }

  #queue(step: () => Promise<void>): void {
    this.#work = this.#work.then(step).catch((error: unknown) => {
      this.#around.notice('error', `the tunnel could not be changed: ${describeError(error)}`)
    })
  }
}

/** It came up, or others have got through one that was taken for broken. A proof that only grew old is no news. */
function isWorthALook(status: TunnelStatus, former: TunnelStatus | null): boolean {
  if (status.state === 'connected') return former?.state !== 'connected' && former?.state !== 'verified'
  return status.state === 'verified' && former?.state === 'degraded' && status.proof?.source === 'peer'
}

function isUndecided(status: TunnelStatus | null): boolean {
  return status === null || UNDECIDED.has(status.state)
}

/** Names of settings that the window may change by way of a server. */
export function requireTunnelSettings(changes: Readonly<Record<string, string | null>>): SettingName[] {
  const names = Object.keys(changes)
  const strange = names.find((name) => !Object.hasOwn(TUNNEL_SETTINGS, name))
  if (strange !== undefined)
    throw new HomebirdError('UNPROCESSABLE', `${JSON.stringify(strange)} is no setting of the tunnel`)
  return names as SettingName[]
}
