/** The tunnel of this home as its process keeps it: one keeper for the address of now, and what others tell it to do. */
import { isDeepStrictEqual } from 'node:util'
import type { HomeFacts, TunnelCommand, TunnelStatus } from '../contracts/tunnel.ts'
import type { ListenAddress } from '../contracts/listen-address.ts'
import type { Clock } from '../core/clock.ts'
import { HomebirdError } from '../core/errors.ts'
import type { OwnAddress } from '../net/own-address.ts'
import { proveHome } from './prove-home.ts'
import type { LocalTarget, TunnelProvider } from './provider.ts'
import type { Wait } from './sleeper.ts'
import { TunnelKeeper } from './tunnel-keeper.ts'
import type { VantageSource } from './vantage-door.ts'

export interface TunnelParts {
  readonly provider: TunnelProvider
  /** Where the home takes what comes in; never empty. */
  readonly addresses: readonly [ListenAddress, ...ListenAddress[]]
  readonly address: Pick<OwnAddress, 'ask'>
  readonly clock: Clock
  readonly wait: Wait
  random(): number
  changed(status: TunnelStatus): void
  /** Up, but nothing gets through: whoever can look closer should. */
  doubted(): void
}

const SUSPENDED = 'it was closed as before a sleep, and opens again when this computer goes on'

export class Tunnel implements VantageSource {
  readonly #parts: TunnelParts
  readonly #startedAt: Date
  #home: HomeFacts
  #keeper: TunnelKeeper | null = null
  #isSuspended = false
  /** What was told is done one after the other. */
  #work: Promise<void> = Promise.resolve()

  constructor(parts: TunnelParts, home: HomeFacts | null) {
    this.#parts = parts
    this.#startedAt = parts.clock.now()
    this.#home = home ?? { hosts: [], probeKey: '' }
  }

  start(): void {
    this.#queue(async () => this.#open())
  }

  async stop(): Promise<void> {
    await this.#work
    await this.#keeper?.stop()
  }

  /** Something that is told with the status has changed. */
  tell(): void {
    this.#parts.changed(this.status())
  }

  status(): TunnelStatus {
    return this.#keeper?.status() ?? this.#withoutAddress()
  }

  obey(command: TunnelCommand): void {
    switch (command.kind) {
      case 'nudge':
        return this.#keeper?.nudge(command.why)
      case 'suspend':
        return this.#queue(async () => this.#suspend())
      case 'resume':
        return this.#queue(async () => this.#resume())
      case 'judged':
        return this.#keeper?.judged(
          command.isSound,
          command.reason,
          new Date(command.beganAt),
          command.isReach === true,
        )
      case 'peer_proved':
        return this.#keeper?.peerProved()
      case 'home':
        return this.#queue(async () => this.#moved(command.home))
      default:
        return command satisfies never
    }
  }

  isOwnHost(host: string): boolean {
    return this.#home.hosts.some((own) => own.replace(/:\d+$/, '') === host)
  }

  async open(host: string, port: number): ReturnType<VantageSource['open']> {
    const { provider } = this.#parts
    if (provider.vantage === undefined)
      throw new HomebirdError('UNAVAILABLE', `nothing starts at the other end of "${provider.kind}"`)
    return provider.vantage(host, port)
  }

  #queue(step: () => Promise<void>): void {
    // A keeper's own failures are states; what fails beyond that is a defect and ends the process.
    this.#work = this.#work.then(step)
  }

  async #open(): Promise<void> {
    const [host] = this.#home.hosts
    if (host === undefined) {
      this.#parts.changed(this.#withoutAddress())
      return
    }
    const { addresses, clock, address } = this.#parts
    const key = Buffer.from(this.#home.probeKey, 'base64url')
    this.#keeper = new TunnelKeeper({
      ...this.#parts,
      target: { addresses, publicHost: host, ...besides(this.#home) },
      prove: async () => proveHome(address, host, key, clock),
    })
    if (this.#isSuspended) await this.#keeper.stop(SUSPENDED)
    else this.#keeper.start()
  }

  async #suspend(): Promise<void> {
    this.#isSuspended = true
    await this.#keeper?.stop(SUSPENDED)
  }

  async #resume(): Promise<void> {
    if (!this.#isSuspended) return this.#keeper?.nudge('resume')
    this.#isSuspended = false
    this.#keeper?.start()
    return undefined
  }

  /** Another address is another way in; the same told again changes nothing. */
  async #moved(home: HomeFacts): Promise<void> {
    const isSame =
      home.probeKey === this.#home.probeKey &&
      home.hosts[0] === this.#home.hosts[0] &&
      isDeepStrictEqual(besides(home), besides(this.#home))
    this.#home = home
    if (isSame) return
    await this.#keeper?.stop()
    this.#keeper = null
    await this.#open()
  }

  #withoutAddress(): TunnelStatus {
    const message = 'this home has no address yet; give it one, and the tunnel leads there'
    return {
      kind: this.#parts.provider.kind,
      state: 'blocked',
      since: this.#startedAt.toISOString(),
      proof: null,
      reason: message,
      nextTryAt: null,
      attempts: 0,
      findings: [{ weight: 'stop', code: 'NO_DOMAIN', message }],
      notice: null,
      facts: this.#parts.provider.facts?.() ?? {},
    }
  }
}

const besides = ({
  hosts,
  handleHosts = [],
}: HomeFacts): Pick<LocalTarget, 'otherHosts' | 'handleHosts'> => ({
  otherHosts: hosts.slice(1),
  handleHosts,
})
