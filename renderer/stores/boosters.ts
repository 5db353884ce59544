/** Who else boosted what is shown, of those whom the reader follows: merged of rows and of what the home says, and kept true. */
import type { Booster, BoostersChange, FollowedBoosters } from '../../server/contracts/boosters.ts'
import { type LeavableList, type Leaving, isAbout, nameOfLeaving } from './left-out.ts'
import type { PostStore, StoredPost } from './posts.ts'

export interface Carriers {
  /** Whoever brought the entry into the list first at the front. */
  readonly accounts: readonly Booster[]
  /** Of them all, also of those who are not named. */
  readonly count: number
}

/**
 * Everybody once.
 * @param rows   of one entry, the one that leads it first
 * @param shown  the post that they show
 */
export function carriersOf(
  rows: readonly (StoredPost | undefined)[],
  shown: Pick<StoredPost, 'followed_boosters'>,
): Carriers {
  const inRows = rows.flatMap((row): Booster[] =>
    row === undefined || row.boostOfId === null ? [] : [row.account],
  )
  const told = shown.followed_boosters ?? null
  const accounts = [
    ...new Map([...inRows, ...(told?.accounts ?? [])].map((account) => [account.id, account])).values(),
  ]
  return { accounts, count: Math.max(accounts.length, told?.count ?? 0) }
}

/** @returns whether what the live line said is whole */
export function isBoostersChange(what: unknown): what is BoostersChange {
  if (typeof what !== 'object' || what === null) return false
  const { id, followed_boosters: told } = what as Partial<BoostersChange>
  if (typeof id !== 'string' || told === undefined) return false
  if (told === null) return true
  return Number.isInteger(told.count) && Array.isArray(told.accounts) && told.accounts.every(isBooster)
}

function isBooster(what: unknown): boolean {
  if (typeof what !== 'object' || what === null) return false
  const { id, acct, username, display_name: name, emojis } = what as Partial<Booster>
  return [id, acct, username, name].every((one) => typeof one === 'string') && Array.isArray(emojis)
}

/** Whoever is muted, blocked or followed no more is not named any longer, at once. */
export class NamedBoosters implements LeavableList {
  readonly #posts: PostStore
  /** By the deed, what was said before it, by post. */
  readonly #before = new Map<string, ReadonlyMap<string, FollowedBoosters>>()

  constructor(posts: PostStore) {
    this.#posts = posts
  }

  leaveOut(leaving: Leaving): void {
    const before = new Map<string, FollowedBoosters>()
    for (const { id, followed_boosters: told = null } of this.#posts.all()) {
      if (told?.accounts.some((account) => isAbout(leaving, account)) === true) before.set(id, told)
    }
    this.#before.set(nameOfLeaving(leaving), before)
    for (const [id, told] of before) this.#say(id, without(told, leaving))
  }

  bringBack(leaving: Leaving): void {
    const name = nameOfLeaving(leaving)
    for (const [id, told] of this.#before.get(name) ?? []) this.#say(id, told)
    this.#before.delete(name)
  }

  clear(): void {
    this.#before.clear()
  }

  #say(id: string, told: FollowedBoosters): void {
    this.#posts.patch(id, (post) => ({ ...post, followed_boosters: told }))
  }
}

function without({ count, accounts }: FollowedBoosters, leaving: Leaving): FollowedBoosters {
  const left = accounts.filter((account) => !isAbout(leaving, account))
  return { count: count - accounts.length + left.length, accounts: left }
}
