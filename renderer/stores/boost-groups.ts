/**
 * The same post, written and boosted by several within a day, is one entry of the home timeline: the row that came into the
 * window first. Rows that come later join it where it stands, so that nothing moves.
 */
import type { PostStore } from './posts.ts'

/** Rows further apart are read as two: whoever boosts an old post wants it seen again. */
const TOGETHER_MS = 24 * 60 * 60_000

/** By the row that leads an entry, all rows of it, itself first. */
export type Groups = ReadonlyMap<string, readonly string[]>

export class BoostGroups {
  readonly #posts: PostStore
  #groups = new Map<string, readonly string[]>()
  /** Leaders by the post that they show. */
  readonly #leaders = new Map<string, string[]>()
  readonly #leaderOf = new Map<string, string>()

  constructor(posts: PostStore) {
    this.#posts = posts
  }

  get groups(): Groups {
    return this.#groups
  }

  /** @param ids  newest first */
  add(ids: readonly string[]): void {
    const fresh = ids.filter((id) => !this.#leaderOf.has(id))
    if (fresh.length === 0) return
    this.#groups = new Map(this.#groups)
    for (const id of fresh) this.#place(id)
  }

  remove(gone: ReadonlySet<string>): void {
    const hit = [...gone].map((id) => this.#leaderOf.get(id)).filter((id) => id !== undefined)
    if (hit.length === 0) return
    this.#groups = new Map(this.#groups)
    for (const leader of new Set(hit)) this.#shrink(leader, gone)
  }

  clear(): void {
    this.#groups = new Map()
    this.#leaders.clear()
    this.#leaderOf.clear()
  }

  #place(id: string): void {
    const shown = this.#posts.get(id)?.boostOfId ?? id
    const leaders = this.#leaders.get(shown) ?? []
    const leader = leaders.find((one) => this.#isNear(one, id)) ?? id
    this.#leaderOf.set(id, leader)
    this.#groups.set(leader, [...(this.#groups.get(leader) ?? []), id])
    if (leader === id) this.#leaders.set(shown, [...leaders, id])
  }

  /** When the row that leads is gone the next one of the entry leads. */
  #shrink(leader: string, gone: ReadonlySet<string>): void {
    const rows = this.#groups.get(leader) ?? []
    const left = rows.filter((id) => !gone.has(id))
    this.#groups.delete(leader)
    for (const id of rows) this.#leaderOf.delete(id)
    for (const [shown, leaders] of this.#leaders) {
      if (!leaders.includes(leader)) continue
      const others = leaders.filter((one) => one !== leader)
      if (others.length === 0) this.#leaders.delete(shown)
      else this.#leaders.set(shown, others)
    }
    for (const id of left) this.#place(id)
  }

  #isNear(a: string, b: string): boolean {
    const timeOf = (id: string): number => Date.parse(this.#posts.get(id)?.created_at ?? '')
    return Math.abs(timeOf(a) - timeOf(b)) <= TOGETHER_MS
  }
}
