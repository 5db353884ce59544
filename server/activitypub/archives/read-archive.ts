/** Goes through the posts of an archive, whoever packed it, without ever holding more than one of them. */
import { HomebirdError } from '../../core/errors.ts'
import { readJsonItems } from '../../core/json-items.ts'
import type { Archive } from '../../storage/archives/archive.ts'
import { SINGLE_NAME } from '../../storage/archives/open-archive.ts'
import type { ArchiveItem } from './archive-item.ts'
import { readArchiveItem } from './read-item.ts'

/** Security rule 30. */
const MOST_ITEM_BYTES = 1_048_576
const KEYS = ['orderedItems', 'items', 'statuses', 'posts'] as const

/** What holds the posts, by what packs it: Mastodon and others, Pixelfed and tools, X. The first that there is counts. */
const LISTS = [
  /(?:^|\/)outbox\.json$/i,
  /(?:^|\/)[\w-]*statuses[\w-]*\.json$/i,
  /(?:^|\/)posts[\w-]*\.json$/i,
  /(?:^|\/)tweets?(?:-part\d+)?\.js$/i,
] as const

export interface PlacedItem {
  /** From 1, over all lists. */
  readonly place: number
  readonly item: ArchiveItem
  readonly bytes: Buffer
}

/**
 * @param after  place behind which it begins: what stands before is not looked at
 * @throws HomebirdError DOCUMENT_INVALID for an archive that holds no posts, or is damaged
 */
export async function* readArchivePosts(archive: Archive, after = 0): AsyncGenerator<PlacedItem> {
  let place = 0
  for (const name of findLists(archive)) {
    const stream = await archive.open(name)
    try {
      for await (const read of readJsonItems(stream, { keys: KEYS, mostBytes: MOST_ITEM_BYTES })) {
        place += 1
        if (place <= after) continue
        if (read.kind === 'item') yield { place, item: readArchiveItem(read.bytes), bytes: read.bytes }
        else yield { place, item: tooLarge(place), bytes: Buffer.alloc(0) }
      }
    } finally {
      stream.destroy()
    }
  }
}

const tooLarge = (place: number): ArchiveItem => ({
  kind: 'flawed',
  subject: `number ${place}`,
  reason: `is larger than ${MOST_ITEM_BYTES} bytes`,
})

/** @throws HomebirdError DOCUMENT_INVALID */
function findLists({ files }: Archive): string[] {
  if (files.has(SINGLE_NAME) && files.size === 1) return [SINGLE_NAME]
  const names = [...files.keys()].toSorted(byName)
  for (const pattern of LISTS) {
    const found = names.filter((name) => pattern.test(name))
    if (found.length > 0) return found
  }
  const text =
    'the archive holds no posts: there is neither an outbox.json nor a statuses.json nor a tweets.js in it'
  throw new HomebirdError('DOCUMENT_INVALID', text, {
    safe: `${text}. Lists such as following.csv are taken in by themselves.`,
  })
}

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
