/** Lists that are brought along, as tests queue them and look at what became of them. */
import type { ImportKind, ImportProgress } from '../../server/contracts/import.ts'
import { getImport } from '../../server/domain/imports/import-progress.ts'
import { type ImportOrder, queueImport } from '../../server/domain/imports/queue-import.ts'
import type { FederationHome } from './federation-home.ts'

interface More {
  readonly overwrites?: boolean
  readonly confirmsLoss?: boolean
}

export function importsOf(home: FederationHome) {
  const orderOf = (kind: ImportKind, text: string, more: More = {}): ImportOrder => ({
    actorId: home.me.id,
    kind,
    overwrites: more.overwrites ?? false,
    confirmsLoss: more.confirmsLoss ?? true,
    bytes: Buffer.from(text),
    now: new Date(),
  })
  return {
    orderOf,
    /** Queues a file and works off what can be done now. */
    imports: async (kind: ImportKind, text: string, more: More = {}): Promise<ImportProgress> => {
      const id = await queueImport(home.db, orderOf(kind, text, more))
      await home.work()
      return getImport(home.db, id)
    },
    followed: async (): Promise<string[]> => followedBy(home),
  }
}

/** Name, state, whether boosts are shown, whether posts are told, languages. */
async function followedBy({ db, me }: FederationHome): Promise<string[]> {
  const rows = await db
    .selectFrom('follows')
    .innerJoin('actors', 'actors.id', 'follows.target_id')
    .select(['username', 'follows.state', 'shows_boosts', 'notifies', 'languages'])
    .where('source_id', '=', me.id)
    .where('follows.state', 'in', ['unrequested', 'pending_approval', 'accepted'])
    .orderBy('username')
    .execute()
  return rows.map((row) =>
    [row.username, row.state, row.shows_boosts, row.notifies, ...(row.languages ?? [])].join(' '),
  )
}

export const counts = ({ state, done, failed, pending }: ImportProgress) => ({ state, done, failed, pending })

export async function textOf(lines: AsyncIterable<string>): Promise<string> {
  const parts: string[] = []
  for await (const line of lines) parts.push(line)
  return parts.join('')
}
