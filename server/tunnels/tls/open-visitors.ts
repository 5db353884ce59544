/**
 * Who is at the door now: how many there may be in all, of one address, and of those who have not said yet what they want.
 * Of the last the oldest goes when another comes, so that nobody shuts the door by standing in it.
 */
import type { Duplex } from 'node:stream'
import { type ProxiedClient, addressBytes } from '../../net/proxy-preamble.ts'

export interface VisitorLimits {
  readonly most: number
  readonly mostOfOne: number
  readonly mostUnsettled: number
}

/** Who has one address of IPv6 has a whole network of them. */
const NETWORK_BYTES = 8

export class OpenVisitors {
  readonly #limits: VisitorLimits
  readonly #all = new Map<Duplex, string | null>()
  readonly #ofOne = new Map<string, number>()
  readonly #unsettled = new Set<Duplex>()

  constructor(limits: VisitorLimits) {
    this.#limits = limits
  }

  /** False, and cut, when there are too many; false also for one that has left already. */
  admit(visitor: Duplex): boolean {
    if (visitor.destroyed) return false
    if (this.#all.size >= this.#limits.most) {
      visitor.destroy()
      return false
    }
    if (this.#unsettled.size >= this.#limits.mostUnsettled) {
      const [oldest] = this.#unsettled
      oldest?.destroy()
      if (oldest !== undefined) this.#unsettled.delete(oldest)
    }
    this.#all.set(visitor, null)
    this.#unsettled.add(visitor)
    visitor.once('close', () => this.#left(visitor))
    return true
  }

  /** Whose it is. False, and cut, when there are too many of one. */
  know(visitor: Duplex, client: ProxiedClient | null): boolean {
    if (client === null || !this.#all.has(visitor)) return true
    const owner = addressBytes(client.address).subarray(0, NETWORK_BYTES).toString('hex')
    const count = this.#ofOne.get(owner) ?? 0
    if (count >= this.#limits.mostOfOne) {
      visitor.destroy()
      return false
    }
    this.#ofOne.set(owner, count + 1)
    this.#all.set(visitor, owner)
    return true
  }

  /** It has said what it wants. */
  settle(visitor: Duplex): void {
    this.#unsettled.delete(visitor)
  }

  close(): void {
    for (const visitor of this.#all.keys()) visitor.destroy()
  }

  #left(visitor: Duplex): void {
    const owner = this.#all.get(visitor) ?? null
    this.#all.delete(visitor)
    this.#unsettled.delete(visitor)
    if (owner === null) return
    const count = this.#ofOne.get(owner) ?? 1
    if (count <= 1) this.#ofOne.delete(owner)
    else this.#ofOne.set(owner, count - 1)
  }
}
