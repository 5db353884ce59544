/** What a provider of a way in is: something that brings connections of the internet to a listener of this home. */
import type { Duplex } from 'node:stream'
import type { NudgeReason, TunnelFinding, TunnelKind } from '../contracts/tunnel.ts'
import type { ListenAddress } from '../contracts/listen-address.ts'

/** Where a provider delivers what comes in: listeners of its own, with the trust that fits it. */
export interface LocalTarget {
  /** One for each server process, or one that all of them share; never empty. */
  readonly addresses: readonly [ListenAddress, ...ListenAddress[]]
  /** The host that the world asks for. */
  readonly publicHost: string
  /** Further hosts of the home, that may lead here too. */
  readonly otherHosts?: readonly string[]
  /** Hosts of handles alone: often there is a website of the owner, which may stand at the same address as this home. */
  readonly handleHosts?: readonly string[]
}

/** Takes connections of visitors and leads them to the home. */
export interface Door {
  take(visitor: Duplex): void
  /** Cuts everything that is open. */
  close(): void
}

export type TunnelEvent =
  | { readonly type: 'connecting'; readonly to?: string }
  | { readonly type: 'connected'; readonly to?: string }
  /** The transport is gone; the iteration ends after it. `isFinal`: no attempt without a person can do better. */
  | { readonly type: 'lost'; readonly reason: string; readonly isFinal?: boolean }
  | { readonly type: 'notice'; readonly message: string }

export interface TunnelProvider {
  readonly kind: TunnelKind
  /** Each proof costs the owner something, as with providers that count requests. */
  readonly isMetered: boolean
  /** An attempt that is not up by then is given up; for those that need longer than ten seconds. */
  readonly connectLimitMs?: number | undefined
  /** Looks at what it needs, without doing anything: programs, tokens, keys, names. */
  prepare(target: LocalTarget): Promise<readonly TunnelFinding[]>
  /**
   * One life of the transport: ends after `lost`, or soon after `signal` is aborted, with everything closed.
   * What it throws is a loss with the error's message as its reason.
   */
  run(target: LocalTarget, signal: AbortSignal): AsyncIterable<TunnelEvent>
  /** Look at the transport now, without waiting for a keep-alive; a dead one ends its `run`. */
  nudge(why: NudgeReason): void
  /**
   * A connection that starts on the internet side of the tunnel, as a stranger's would.
   * @throws HomebirdError UNAVAILABLE while the tunnel is not up
   */
  vantage?(host: string, port: number): Promise<Duplex>
  /**
   * Resolves when what the transport needs besides is there, as a certificate where TLS ends at home: nothing can be proven
   * before. At once when `signal` is aborted.
   * @param tell  what is waited for, and whether it failed
   */
  untilServing?(signal: AbortSignal, tell: (reason: string, isFailing: boolean) => void): Promise<void>
  /** What goes wrong beside the transport, now. */
  concerns?(): readonly TunnelFinding[]
  /** What a person needs for the other end; never a secret. */
  facts?(): Readonly<Record<string, string>>
}
