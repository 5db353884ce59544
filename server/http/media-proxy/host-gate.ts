/** Lets so many in at once, and so many for one host; the others wait in line, and nobody behind a host that is full. */

interface Waiting {
  readonly host: string
  readonly admit: () => void
}

export class HostGate {
  #free: number
  readonly #perHost: number
  readonly #inside = new Map<string, number>()
  readonly #waiting: Waiting[] = []

  constructor(places: number, perHost: number) {
    this.#free = places
    this.#perHost = perHost
  }

  /** @returns what is to be called once when done */
  async enter(host: string): Promise<() => void> {
    if (this.#hasRoom(host)) this.#admit(host)
    else await new Promise<void>((resolve) => this.#waiting.push({ host, admit: resolve }))
    let isInside = true
    return () => {
      if (isInside) this.#leave(host)
      isInside = false
    }
  }

  #hasRoom(host: string): boolean {
    return this.#free > 0 && (this.#inside.get(host) ?? 0) < this.#perHost
  }

  #admit(host: string): void {
    this.#free -= 1
    this.#inside.set(host, (this.#inside.get(host) ?? 0) + 1)
  }

  #leave(host: string): void {
    this.#free += 1
    const left = (this.#inside.get(host) ?? 1) - 1
    if (left === 0) this.#inside.delete(host)
    else this.#inside.set(host, left)
    const index = this.#waiting.findIndex((one) => this.#hasRoom(one.host))
    const [next] = index === -1 ? [] : this.#waiting.splice(index, 1)
    if (next === undefined) return
    this.#admit(next.host)
    next.admit()
  }
}
