/** What a test has measured, said in one line for each rule: figures are read by people, and no test fails by them. */

export class Figures {
  readonly #seconds = new Map<string, number[]>()

  add(what: string, ms: number): void {
    this.#seconds.set(what, [...(this.#seconds.get(what) ?? []), ms / 1_000])
  }

  /** @param limits  by what was measured, such as `at most 3 s` */
  print(limits: Readonly<Record<string, string>>): void {
    for (const [what, all] of this.#seconds) {
      const sorted = all.toSorted((a, b) => a - b)
      const median = sorted[Math.floor(sorted.length / 2)] ?? 0
      const worst = sorted.at(-1) ?? 0
      const limit = limits[what] === undefined ? '' : `; ${limits[what]}`
      console.log(
        `# ${what}: ${sorted.length} times, median ${median.toFixed(2)} s, longest ${worst.toFixed(2)} s${limit}`,
      )
    }
  }
}

/** Numbers of chance that can be had again by their seed. */
export function chanceFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function shuffled<T>(items: readonly T[], chance: () => number): T[] {
  const left = [...items]
  return items.map(() => {
    const [item] = left.splice(Math.floor(chance() * left.length), 1)
    return item as T
  })
}
