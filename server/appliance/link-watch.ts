/**
 * Notices that the machine has slept, or is on another network: then what waits for the line should look again at once,
 * and not when its back-off is over. Pure but for the clock, the pause and the looks that it is given.
 */
import { readFileSync } from 'node:fs'
import { BlockList, isIP } from 'node:net'
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { LineChange } from '../contracts/child-message.ts'
import { type Clock, systemClock } from '../core/clock.ts'

/** The way in is to be back within 5 s after the link is; looking and reconnecting need the rest. */
const LOOK_EVERY_MS = 1_000
/** An interface gets its addresses one after the other. */
const SETTLES_MS = 300
/** A network that never settles is told all the same. */
const MOST_UNSETTLED = 5
/** Timers stand still while the machine sleeps; on some systems the one clock does too, on others neither. */
const SLEPT_MS = 5_000

export interface LinkWatchParts {
  readonly clock: Clock
  /** Resolves after so many milliseconds; rejects when aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<unknown>
  /** What the machine is known by, and how it reaches others: equal for the same network. */
  network(): string
  noticed(why: LineChange, sleptMs: number): void
}

/** @returns what ends it */
export function watchLink(parts: LinkWatchParts): () => void {
  const ending = new AbortController()
  void new LinkWatch(parts).run(ending.signal)
  return () => ending.abort()
}

class LinkWatch {
  readonly #parts: LinkWatchParts
  #network: string

  constructor(parts: LinkWatchParts) {
    this.#parts = parts
    this.#network = parts.network()
  }

  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      const sleptMs = await this.#sleptDuring(LOOK_EVERY_MS, signal)
      if (sleptMs === null) return
      const hasMoved = this.#hasMoved() && (await this.#settled(signal))
      if (signal.aborted) return
      if (sleptMs > SLEPT_MS) this.#parts.noticed('resume', sleptMs)
      else if (hasMoved) this.#parts.noticed('network', 0)
    }
  }

  /** How much longer the pause was than it should be, by the clock that shows more. Null when it is over for good. */
  async #sleptDuring(ms: number, signal: AbortSignal): Promise<number | null> {
    const { clock, wait } = this.#parts
    const [wallMs, ownMs] = [clock.now().getTime(), clock.monotonicMs()]
    try {
      await wait(ms, signal)
    } catch {
      return null
    }
    return Math.max(clock.now().getTime() - wallMs, clock.monotonicMs() - ownMs) - ms
  }

  #hasMoved(): boolean {
    const network = this.#parts.network()
    const isOther = network !== this.#network
    this.#network = network
    return isOther
  }

  async #settled(signal: AbortSignal): Promise<true> {
    for (let look = 0; look < MOST_UNSETTLED; look += 1) {
      const isOver = (await this.#sleptDuring(SETTLES_MS, signal)) === null
      if (isOver || !this.#hasMoved()) break
    }
    return true
  }
}

/** As the system has it. */
export const systemLink: Pick<LinkWatchParts, 'clock' | 'wait' | 'network'> = {
  clock: systemClock,
  wait: async (ms, signal) => delay(ms, undefined, { signal, ref: false }),
  network: () => networkFrom(interfacesOfNow(), defaultRoutes()),
}

/** None where a strict service manager lets no process look: sleep is noticed all the same. */
function interfacesOfNow(): ReturnType<typeof networkInterfaces> {
  try {
    return networkInterfaces()
  } catch {
    return {}
  }
}

/** Addresses that no way to the internet starts from: every cable and every container has them. */
const OWN_LINK = new BlockList()
OWN_LINK.addSubnet('fe80::', 10, 'ipv6')
OWN_LINK.addSubnet('169.254.0.0', 16, 'ipv4')

export function networkFrom(
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
  routes: readonly string[],
): string {
  const addresses = Object.entries(interfaces).flatMap(([name, infos = []]) =>
    infos
      .filter(
        ({ internal, address }) =>
          !internal && !OWN_LINK.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'),
      )
      .map(({ address, netmask }) => `${name} ${address} ${netmask}`),
  )
  return [...addresses.toSorted(), ...routes].join('\n')
}

/** Interface and gateway of each; empty where the system tells it in no file. */
function defaultRoutes(): string[] {
  if (process.platform !== 'linux') return []
  return [
    ...defaultRoutes4(readTable('/proc/net/route')),
    ...defaultRoutes6(readTable('/proc/net/ipv6_route')),
  ]
}

/** @see Linux, proc_net(5): destination and mask are zero */
export function defaultRoutes4(table: string): string[] {
  return rowsOf(table).flatMap(([name, destination, gateway, , , , , mask]) =>
    destination === '00000000' && mask === '00000000' ? [`${name} ${gateway}`] : [],
  )
}

const NOWHERE = '0'.repeat(32)

/** Those of loopback refuse what no other takes. */
export function defaultRoutes6(table: string): string[] {
  return rowsOf(table).flatMap(([destination, length, , , gateway, , , , , name]) =>
    destination === NOWHERE && length === '00' && name !== 'lo' ? [`${name} ${gateway}`] : [],
  )
}

const rowsOf = (table: string): string[][] =>
  table
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s+/))

function readTable(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // a system without this protocol, or one that shows nothing
  }
}
