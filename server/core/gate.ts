/** Lets only so many through at once, all together and for each key; the others wait in the order in which they came. */
export class Gate {
  readonly #most: number
  readonly #mostPerKey: number
  #inside = 0
  readonly #insideByKey = new Map<string, number>()
  #waiting: Array<{ readonly key: string; readonly go: () => void }> = []

  constructor(most: number, mostPerKey: number) {
    this.#most = most
    this.#mostPerKey = mostPerKey
  }

  /** @returns what is to be called when it is over */
  async enter(key: string): Promise<() => void> {
    if (this.#hasRoom(key)) this.#admit(key)
    else await new Promise<void>((go) => this.#waiting.push({ key, go }))
    let isInside = true
    return () => {
      if (isInside) this.#leave(key)
      isInside = false
    }
  }

  #hasRoom(key: string): boolean {
    return this.#inside < this.#most && (this.#insideByKey.get(key) ?? 0) < this.#mostPerKey
  }

  #admit(key: string): void {
    this.#inside += 1
    this.#insideByKey.set(key, (this.#insideByKey.get(key) ?? 0) + 1)
  }

  #leave(key: string): void {
    this.#inside -= 1
    const left = (this.#insideByKey.get(key) ?? 1) - 1
    if (left > 0) this.#insideByKey.set(key, left)
    else this.#insideByKey.delete(key)
    const waiting = this.#waiting
    this.#waiting = []
    for (const one of waiting) {
      if (this.#hasRoom(one.key)) {
        this.#admit(one.key)
        one.go()
      } else this.#waiting.push(one)
    }
  }
}
