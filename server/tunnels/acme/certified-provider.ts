/** A way in whose TLS ends at home: what brings the bytes, and beside it the certificates, got while the bytes come. */
import type { Duplex } from 'node:stream'
import type { NudgeReason, TunnelFinding, TunnelKind } from '../../contracts/tunnel.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { LocalTarget, TunnelEvent, TunnelProvider } from '../provider.ts'
import type { CertificateKeeper } from './certificate-keeper.ts'

export class CertifiedProvider implements TunnelProvider {
  readonly #transport: TunnelProvider
  readonly #certificates: CertificateKeeper

  /** @param certificates  those that its door shows */
  constructor(transport: TunnelProvider, certificates: CertificateKeeper) {
    this.#transport = transport
    this.#certificates = certificates
  }

  get kind(): TunnelKind {
    return this.#transport.kind
  }

  get isMetered(): boolean {
    return this.#transport.isMetered
  }

  get connectLimitMs(): number | undefined {
    return this.#transport.connectLimitMs
  }

  async prepare(target: LocalTarget): Promise<readonly TunnelFinding[]> {
    return this.#transport.prepare(target)
  }

  async *run(target: LocalTarget, signal: AbortSignal): AsyncGenerator<TunnelEvent, void> {
    const { publicHost, otherHosts = [], handleHosts = [] } = target
    this.#certificates.keep([publicHost, ...otherHosts], handleHosts)
    try {
      for await (const event of this.#transport.run(target, signal)) {
        // An authority looks whether the host leads here, so it is not asked before something does.
        if (event.type === 'connected') this.#certificates.start()
        yield event
      }
    } finally {
      await this.#certificates.stop()
    }
  }

  async untilServing(signal: AbortSignal, tell: (reason: string, isFailing: boolean) => void): Promise<void> {
    return this.#certificates.untilServing(signal, tell)
  }

  concerns(): readonly TunnelFinding[] {
    return [...this.#certificates.concerns(), ...(this.#transport.concerns?.() ?? [])]
  }

  nudge(why: NudgeReason): void {
    this.#certificates.nudge(why === 'doctor')
    this.#transport.nudge(why)
  }

  async vantage(host: string, port: number): Promise<Duplex> {
    if (this.#transport.vantage === undefined)
      throw new HomebirdError('UNAVAILABLE', `nothing starts at the other end of "${this.kind}"`)
    return this.#transport.vantage(host, port)
  }

  facts(): Readonly<Record<string, string>> {
    return this.#transport.facts?.() ?? {}
  }
}
