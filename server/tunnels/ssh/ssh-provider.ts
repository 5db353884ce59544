/** A way in over any server with OpenSSH: it listens there, and what comes is handed on to this home. */
import type { Duplex } from 'node:stream'
import type { FindingCode, TunnelFinding } from '../../contracts/tunnel.ts'
import { HomebirdError, describeError } from '../../core/errors.ts'
import { EventFeed } from '../event-feed.ts'
import type { LocalTarget, TunnelEvent, TunnelProvider } from '../provider.ts'
import type { OwnKey } from './own-key.ts'
import { seeHostKey } from './seen-host-key.ts'
import { SshSession } from './ssh-session.ts'
import { SSH_LIMITS, type SshCall, type SshLimits, type SshSettings } from './ssh-settings.ts'

export class SshProvider implements TunnelProvider {
  readonly kind = 'ssh'
  readonly isMetered = false
  readonly #settings: SshSettings
  readonly #limits: SshLimits
  #key: OwnKey | null = null
  #seenHostKey: string | null = null
  #session: SshSession | null = null

  constructor(settings: SshSettings, limits: SshLimits = SSH_LIMITS) {
    this.#settings = settings
    this.#limits = limits
  }

  async prepare(): Promise<readonly TunnelFinding[]> {
    const { server, hostKey } = this.#settings
    const findings: TunnelFinding[] = []
    const stop = (code: FindingCode, message: string): number =>
      findings.push({ weight: 'stop', code, message })
    if (server === null)
      stop(
        'NO_SERVER',
        'no server is named; set HOMEBIRD_TUNNEL_SERVER to its account and name, as a@example.org',
      )
    try {
      this.#key = await this.#settings.ownKey()
    } catch (error) {
      stop('BAD_KEY', `the key of the tunnel cannot be had: ${describeError(error)}`)
    }
    if (server === null || hostKey !== null) return findings
    this.#seenHostKey = await seeHostKey(server.host, server.port)
    if (this.#seenHostKey === null)
      stop(
        'SERVER_SILENT',
        `${server.host} does not answer to ssh on port ${server.port}; look at its name, and whether it runs`,
      )
    else
      stop(
        'HOST_KEY_UNKNOWN',
        `${server.host} shows the key ${this.#seenHostKey}; compare it with what the server itself says, and confirm it by HOMEBIRD_TUNNEL_HOST_KEY`,
      )
    return findings
  }

  async *run(target: LocalTarget, signal: AbortSignal): AsyncGenerator<TunnelEvent, void> {
    const call = this.#callOfNow()
    const feed = new EventFeed<TunnelEvent>()
    const session = new SshSession(call, this.#limits, this.#settings.openDoor(target), feed)
    this.#session = session
    const close = (): void => void session.close()
    signal.addEventListener('abort', close, { once: true })
    yield { type: 'connecting', to: call.host }
    try {
      session.open()
      for await (const event of feed.read()) yield event
    } finally {
      signal.removeEventListener('abort', close)
      this.#session = null
      await session.close()
      // Another than the confirmed one: the owner is to compare that.
      this.#seenHostKey = session.refusedKey ?? this.#seenHostKey
    }
  }

  nudge(): void {
    this.#session?.probe()
  }

  async vantage(host: string, port: number): Promise<Duplex> {
    if (this.#session === null) throw new HomebirdError('UNAVAILABLE', 'the tunnel is not up')
    return this.#session.openFrom(host, port)
  }

  facts(): Readonly<Record<string, string>> {
    return {
      ...(this.#key === null ? {} : { publicKey: this.#key.publicKey }),
      ...(this.#seenHostKey === null ? {} : { seenHostKey: this.#seenHostKey }),
    }
  }

  /** What `prepare` has found to be whole. */
  #callOfNow(): SshCall {
    const { server, hostKey, listen } = this.#settings
    if (server === null || hostKey === null || this.#key === null)
      throw new HomebirdError('INTERNAL', 'the tunnel was opened before it was prepared')
    return { ...server, hostKey, listen, privateKey: this.#key.privateKey }
  }
}
