/** The last step: what was left to be done is done from now on, and the home has its owner. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { notify, wakeWorker } from '../../db/transaction.ts'
import { queueForIndex } from '../search/index-posts.ts'
import { type AdoptionWorld, type Tally, type Taking, addTo, countOf, once } from './step.ts'

export const takeEnd = once('end', async (tx, world): Promise<Taking> => {
  const taken: Tally = {}
  const { now, passwordHash } = world
  await tx
    .insertInto('owner')
    .values({ password_hash: passwordHash, password_changed_at: now, created_at: now })
    .execute()
  await takeMarkers(tx, world)
  await wakeWaiting(tx)
  // Descriptions of files came after the words of their posts.
  await queueForIndex(
    tx,
    sql`select id from posts where is_local and boost_of_id is null and deleted_at is null`,
  )
  for (const what of ['domains', 'keys', 'settings', 'blocks', 'domain_blocks'])
    await notify(tx, 'changed', what)
  return { taken, leftOut: await countLeftOut(world) }
})

/** How far somebody had read, by the post; all that was told before counts as seen. */
async function takeMarkers(tx: Transaction, { source, now }: AdoptionWorld): Promise<void> {
  if (source.has('users_marker')) {
    const rows = await source.read<{ actor_uri: string; post_uri: string }>(`
      select a.actor_uri, p.object_uri as post_uri from users_marker m
        join users_identity a on a.id = m.identity_id and a.local
        join activities_post p on p.id::text = m.last_read_id
       where m.timeline = 'home'`)
    await sql`
      insert into markers (actor_id, timeline, last_read_id, updated_at)
      select actors.id, 'home', posts.id, ${now}
        from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given (actor_uri text, post_uri text)
        join actors on actors.uri = given.actor_uri and actors.is_local
        join posts on posts.uri = given.post_uri
          on conflict do nothing`.execute(tx)
  }
  await sql`
    insert into markers (actor_id, timeline, last_read_id, updated_at)
    select actor_id, 'notifications', max(id), ${now} from notifications group by actor_id
        on conflict do nothing`.execute(tx)
}

/** Posts that were never sent, follows that were never asked or answered. */
async function wakeWaiting(tx: Transaction): Promise<void> {
  await sql`
    update posts set state_next_attempt_at = now()
     where is_local and state = 'new' and state_next_attempt_at is null`.execute(tx)
  await sql`
    update follows set state_next_attempt_at = now()
     where state in ('unrequested', 'accepting') and state_next_attempt_at is null`.execute(tx)
  for (const graph of ['posts', 'follows', 'polls']) await wakeWorker(tx, graph)
}

async function countLeftOut({ source }: AdoptionWorld): Promise<Tally> {
  const leftOut: Tally = {}
  const count = async (name: string, table: string, where: string): Promise<void> => {
    if (source.has(table)) addTo(leftOut, name, await countOf(source, `${table} where ${where}`))
  }
  await count('waiting_deliveries', 'activities_fanout', `state = 'new'`)
  await count('waiting_messages', 'users_inboxmessage', `state = 'received'`)
  await count('reports', 'users_report', source.has('users_report', 'resolved') ? 'resolved is null' : 'true')
  return leftOut
}
