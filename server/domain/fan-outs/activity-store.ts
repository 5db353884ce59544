/** The bodies of activities that are being delivered: read once, however many inboxes they go to. */
import { LRUCache } from 'lru-cache'
import { grouped } from '../../core/grouped.ts'
import type { Database } from '../../db/pool.ts'

export interface StoredActivity {
  readonly id: string
  readonly uri: string
  readonly type: string
  /** Signs the delivery. */
  readonly actorId: string
  /** It goes to the signer's followers, so that deliveries tell what is taken for them. */
  readonly isForFollowers: boolean
  /** As it is sent. */
  readonly body: Buffer
}

export interface ActivityStore {
  /** Undefined when the activity is there no more. */
  find(id: string): Promise<StoredActivity | undefined>
}

const MOST_BYTES = 16 * 1_048_576
const MOST_PER_STATEMENT = 100

export function createActivityStore(db: Database): ActivityStore {
  const kept = new LRUCache<string, StoredActivity>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ body }) => body.length + 500,
  })
  const read = grouped(MOST_PER_STATEMENT, async (ids: readonly string[]) => {
    const found = await readActivities(db, [...new Set(ids)])
    for (const activity of found.values()) kept.set(activity.id, activity)
    return ids.map((id) => found.get(id))
  })
  return {
    async find(id) {
      return kept.get(id) ?? read(id)
    },
  }
}

async function readActivities(db: Database, ids: readonly string[]): Promise<Map<string, StoredActivity>> {
  const rows = await db
    .selectFrom('outbound_activities')
    .select(['id', 'activity_uri', 'activity_type', 'actor_id', 'body', 'is_for_followers'])
    .where('id', 'in', [...ids])
    .execute()
  return new Map(
    rows.map((row) => [
      row.id,
      {
        id: row.id,
        uri: row.activity_uri,
        type: row.activity_type,
        actorId: row.actor_id,
        isForFollowers: row.is_for_followers,
        body: Buffer.from(row.body),
      },
    ]),
  )
}
