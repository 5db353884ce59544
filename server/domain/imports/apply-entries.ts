/** What lines of one import do, as far as whom and what they mean is known here; the rest is to be looked up. */
import { sql } from 'kysely'
import type { ImportKind } from '../../contracts/import.ts'
import { assertNever } from '../../core/errors.ts'
import { blockDomains, listOwnHosts } from '../blocks/domain-blocks.ts'
import { coversOneOf } from '../blocks/domain-name.ts'
import {
  type ApplyParts,
  type KnownLine,
  type Outcomes,
  blockThem,
  followThem,
  listThem,
  muteThem,
} from './apply-accounts.ts'
import { makeFilters } from './apply-filters.ts'
import { type Entry, type KnownPost, findKnownActors, findKnownPosts } from './known-targets.ts'

export interface Applied {
  readonly outcomes: Outcomes
  /** Entries whose account or post has to be looked up at its server. */
  readonly unknown: readonly Entry[]
}

export type AccountKind = Extract<ImportKind, 'following' | 'blocks' | 'mutes' | 'lists'>

const BY_ACCOUNT = {
  following: followThem,
  blocks: blockThem,
  mutes: muteThem,
  lists: listThem,
} as const satisfies Record<AccountKind, unknown>

export async function applyEntries(
  parts: ApplyParts,
  kind: ImportKind,
  entries: readonly Entry[],
): Promise<Applied> {
  switch (kind) {
    case 'domain_blocks':
      return { outcomes: await blockThose(parts, entries), unknown: [] }
    case 'filters':
      return { outcomes: await makeFilters(parts, entries), unknown: [] }
    case 'bookmarks': {
      const known = await findKnownPosts(parts.tx, parts.identity.id, entries)
      const outcomes = await bookmarkThose(parts, known)
      return { outcomes, unknown: entries.filter(({ id }) => !known.has(id)) }
    }
    case 'following':
    case 'blocks':
    case 'mutes':
    case 'lists': {
      const known = await findKnownActors(parts.tx, entries)
      const lines = entries.flatMap((entry) => {
        const target = known.get(entry.id)
        return target === undefined ? [] : [{ entry, target }]
      })
      const outcomes = await BY_ACCOUNT[kind](parts, lines)
      return { outcomes, unknown: entries.filter(({ id }) => !known.has(id)) }
    }
    default:
      return assertNever(kind)
  }
}

/** What lines do now that their accounts were looked up; those that this home cannot do yet are left out. */
export async function applyToAccounts(
  parts: ApplyParts,
  kind: AccountKind,
  lines: readonly KnownLine[],
): Promise<Outcomes> {
  return BY_ACCOUNT[kind](parts, lines)
}

/** Bookmarks posts that the identity may see. One statement. */
export async function bookmarkThose(
  { tx, identity }: Pick<ApplyParts, 'tx' | 'identity'>,
  known: ReadonlyMap<string, KnownPost>,
): Promise<Outcomes> {
  const outcomes: Outcomes = new Map()
  for (const [entryId, { id, isVisible }] of known) {
    outcomes.set(
      entryId,
      isVisible
        ? { kind: 'done', targetId: id }
        : { kind: 'failed', targetId: id, reason: 'the post is not for you, or a block hides it' },
    )
  }
  // The order of the file is that of bookmarks, the newest first.
  const ids = [...known.values()].flatMap(({ id, isVisible }) => (isVisible ? [id] : [])).toReversed()
  await sql`
    insert into bookmarks (actor_id, post_id)
    select ${identity.id}::bigint, given.id from unnest(${ids}::bigint[]) with ordinality as given (id, place)
     order by given.place on conflict do nothing`.execute(tx)
  return outcomes
}

/** Blocks the domains but those of this home. */
async function blockThose({ tx, now }: ApplyParts, entries: readonly Entry[]): Promise<Outcomes> {
  const ownHosts = await listOwnHosts(tx)
  const outcomes: Outcomes = new Map()
  for (const { id, subject } of entries) {
    outcomes.set(
      id,
      coversOneOf(subject, ownHosts)
        ? { kind: 'failed', reason: 'is a domain of this home' }
        : { kind: 'done' },
    )
  }
  const blocked = entries.filter(({ id }) => outcomes.get(id)?.kind === 'done')
  if (blocked.length > 0) {
    await blockDomains(
      tx,
      blocked.map(({ subject }) => subject),
      now,
    )
  }
  return outcomes
}
