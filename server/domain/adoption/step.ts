/** What a part of an adoption is: rows of the old server in the order of their keys, taken over a batch at a time. */
import type { AdoptionStepName } from '../../contracts/adoption.ts'
import type { Config } from '../../core/config.ts'
import type { Database, Transaction } from '../../db/pool.ts'
import type { MediaStore } from '../../storage/media-store.ts'
import type { FileSource } from '../../storage/file-source.ts'
import type { UploadLimits } from '../media/media-types.ts'
import type { AdoptionPlan } from './plan.ts'
import type { Source } from './source.ts'

/** By what was counted, in words of `contracts/adoption`. */
export type Tally = Record<string, number>

export interface AdoptionWorld {
  /** Of the home, for what is done before a transaction begins. */
  readonly db: Database
  readonly source: Source
  readonly plan: AdoptionPlan
  /** Null where the files of the old server are not at hand. */
  readonly files: FileSource | null
  readonly media: MediaStore
  readonly config: Pick<Config, 'mediaUrl'>
  readonly limits: UploadLimits
  /** Of the owner, hashed. */
  readonly passwordHash: string
  readonly now: Date
}

/** Of one's own server whatever was good there is good here, as far as it can be kept at all. */
export const ADOPTED_LIMITS: UploadLimits = {
  imageBytes: 100 * 1_048_576,
  videoBytes: 4 * 1_073_741_824,
  profileBytes: 100 * 1_048_576,
  emojiBytes: 10 * 1_048_576,
}

/** What rows are counted by. */
export type CountedWorld = Pick<AdoptionWorld, 'source' | 'plan'>

export interface Taking {
  readonly taken: Tally
  readonly leftOut: Tally
}

/** @typeParam R  a row of the old server, with all that is made before the transaction begins */
export interface AdoptionStep<R> {
  readonly name: AdoptionStepName
  /** Rows in one transaction. */
  readonly batch: number
  count(world: CountedWorld): Promise<number>
  /** @param after  the key of the last row that was taken; empty at the beginning */
  read(world: AdoptionWorld, after: string, limit: number): Promise<R[]>
  keyOf(row: R): string
  take(tx: Transaction, world: AdoptionWorld, rows: readonly R[]): Promise<Taking>
}

/** Forgets what kind of rows it has, for a list of them. */
export type AnyStep = AdoptionStep<unknown>

export const countOf = async (
  source: Source,
  text: string,
  values: readonly unknown[] = [],
): Promise<number> => {
  const [row] = await source.read<{ count: string }>(`select count(*) as count from ${text}`, values)
  return Number(row?.count ?? 0)
}

export function addTo(tally: Tally, name: string, number = 1): void {
  if (number > 0) tally[name] = (tally[name] ?? 0) + number
}

/** A step that is one piece. */
export function once(
  name: AdoptionStepName,
  take: (tx: Transaction, world: AdoptionWorld) => Promise<Taking>,
): AdoptionStep<string> {
  return {
    name,
    batch: 1,
    count: async () => 1,
    read: async (_world, after) => (after === '' ? ['1'] : []),
    keyOf: (row) => row,
    take: async (tx, world) => take(tx, world),
  }
}

/** The ids of rows here, by the URIs under which both servers know them. */
export async function idsOf(
  tx: Transaction,
  table: 'actors' | 'posts',
  uris: Iterable<string | null>,
): Promise<Map<string, string>> {
  const wanted = [...new Set(uris)].filter((uri) => uri !== null)
  if (wanted.length === 0) return new Map()
  const rows = await tx.selectFrom(table).select(['id', 'uri']).where('uri', 'in', wanted).execute()
  return new Map(rows.map(({ id, uri }) => [uri, id]))
}
