/** Gives each key one of several servers, so that one more or less moves few keys. */
import { createHash } from 'node:crypto'

const POINTS_EACH = 160

interface Point<T> {
  readonly at: number
  readonly member: T
}

export class HashRing<T extends { readonly name: string }> {
  readonly #points: readonly Point<T>[]

  /** @param members  at least one */
  constructor(members: readonly T[]) {
    this.#points = members
      .flatMap((member) =>
        Array.from({ length: POINTS_EACH }, (_, index) => ({ at: hash(`${member.name}-${index}`), member })),
      )
      .toSorted((one, other) => one.at - other.at)
  }

  at(key: string): T {
    const wanted = hash(key)
    let [low, high] = [0, this.#points.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#points[middle]?.at ?? 0) < wanted) low = middle + 1
      else high = middle
    }
    const point = this.#points[low] ?? this.#points[0]
    if (point === undefined) throw new RangeError('a ring needs a member')
    return point.member
  }
}

const hash = (text: string): number => createHash('md5').update(text).digest().readUInt32LE()
