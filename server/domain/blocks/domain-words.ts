/**
 * What the owner and their block lists say about domains, in memory: a word about a name holds for everything below it, until
 * a more special name has a word of its own.
 */
import type { Querier } from '../../db/pool.ts'

export class DomainWords {
  /** True for blocked, false for allowed. */
  readonly #words: ReadonlyMap<string, boolean>

  constructor(words: Iterable<readonly [domain: string, isBlocked: boolean]> = []) {
    this.#words = new Map(words)
  }

  /** @param host  lower case; a port is ignored */
  isBlocked(host: string): boolean {
    if (this.#words.size === 0) return false
    for (const name of domainAndParents(host)) {
      const word = this.#words.get(name)
      if (word !== undefined) return word
    }
    return false
  }
}

/** The same as `is_blocked_domain` of the database knows: of two words about one name the allowance counts. */
export async function readDomainWords(db: Querier): Promise<DomainWords> {
  const [blocks, allows] = await Promise.all([
    db.selectFrom('domain_blocks').select('domain').execute(),
    db.selectFrom('domain_allows').select('domain').execute(),
  ])
  return new DomainWords([
    ...blocks.map(({ domain }) => [domain, true] as const),
    ...allows.map(({ domain }) => [domain, false] as const),
  ])
}

/** `a.b.c` gives itself, `b.c` and `c`: the names that a word about any of them covers. */
export function domainAndParents(host: string): string[] {
  const labels = host.replace(/:\d+$/, '').split('.')
  return labels.map((_, index) => labels.slice(index).join('.'))
}
