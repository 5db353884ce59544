/** Gives a home its address: every URI it made under `homebird.invalid` is rewritten, once, in one transaction. */
import { type RawBuilder, sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import type { Database, Transaction } from '../../db/pool.ts'
import type { Tables } from '../../db/tables.ts'
import { inTransaction, notify } from '../../db/transaction.ts'
import { recheckOwnLinks } from '../links/link-checks.ts'
import { queueForIndex } from '../search/index-posts.ts'
import { type DomainNames, lockHomeNames, parseDomainNames } from './domains.ts'
import { UNPUBLISHED_DOMAIN } from './own-uris.ts'

interface Rewritten<T extends keyof Tables> {
  readonly table: T
  /** Texts that may hold an address of the home, or link to one. */
  readonly columns: readonly (keyof Tables[T] & string)[]
  /** Rows of the home: what others wrote is theirs, whatever it says. */
  readonly isOurs: RawBuilder<unknown>
}

function rewrite<T extends keyof Tables>(
  table: T,
  isOurs: RawBuilder<unknown>,
  columns: Rewritten<T>['columns'],
): Rewritten<T> {
  return { table, columns, isOurs }
}

/** Lists of emoji in rows of the home. */
const EMOJI_LISTS = [
  ['posts', sql`is_local`],
  ['post_edits', sql`post_id in (select id from posts where is_local)`],
  ['actors', sql`domain_id is not null`],
] as const

const HOME_URI = `https://${UNPUBLISHED_DOMAIN}/%`
const OWN_POSTS = sql`(select id from posts where is_local)`

const REWRITTEN = [
  rewrite('post_edits', sql`post_id in ${OWN_POSTS}`, ['content_html', 'content_source']),
  rewrite('posts', sql`is_local`, [
    ...(['uri', 'page_url', 'in_reply_to_uri'] as const),
    ...(['content_html', 'content_source', 'content_text'] as const),
  ]),
  rewrite('actors', sql`domain_id is not null`, [
    ...(['uri', 'page_url', 'inbox_uri', 'shared_inbox_uri', 'outbox_uri', 'followers_uri'] as const),
    ...(['following_uri', 'featured_uri', 'icon_url', 'header_url', 'bio_html', 'bio_source'] as const),
  ]),
  rewrite('actor_keys', sql`private_key_pem is not null`, ['key_uri']),
  rewrite('follows', sql`uri like ${HOME_URI}`, ['uri']),
  rewrite('blocks', sql`uri like ${HOME_URI}`, ['uri']),
  rewrite('interactions', sql`uri like ${HOME_URI}`, ['uri']),
  rewrite('poll_votes', sql`uri like ${HOME_URI}`, ['uri']),
  // Handles in what is not posted yet.
  rewrite('scheduled_posts', sql`true`, ['text']),
  rewrite('drafts', sql`true`, ['text']),
  rewrite('quotes', sql`post_id in ${OWN_POSTS}`, ['quoted_uri', 'host', 'authorization_uri', 'request_uri']),
  rewrite('quote_authorizations', sql`uri like ${HOME_URI}`, ['uri', 'quoting_uri']),
  rewrite('emojis', sql`host is null`, ['url', 'uri']),
  rewrite('reports', sql`uri like ${HOME_URI}`, ['uri']),
  rewrite('purges', sql`object_uri is not null`, ['object_uri']),
  rewrite('tombstones', sql`uri like ${HOME_URI}`, ['uri']),
] as const

/**
 * @param serviceDomain  the host that serves, where it is not the domain itself
 * @throws HomebirdError UNPROCESSABLE for a bad name, UNAVAILABLE before set-up, CONFLICT when the home has another
 *   address already; the same address again changes nothing
 */
export async function publishHome(
  db: Database,
  domain: string,
  serviceDomain: string | null = null,
): Promise<void> {
  const names = parseDomainNames(domain, serviceDomain)
  await inTransaction(db, async (tx) => {
    await lockHomeNames(tx)
    const primary = await tx
      .selectFrom('domains')
      .selectAll()
      .where('is_primary', '=', true)
      .executeTakeFirst()
    if (primary === undefined) {
      throw new HomebirdError('UNAVAILABLE', 'the home is not set up, so there is nothing to publish')
    }
    if (primary.domain === names.domain && primary.service_host === names.serviceHost) return
    if (primary.domain !== UNPUBLISHED_DOMAIN) {
      const text = `the home is published as ${primary.domain} already and keeps that address`
      throw new HomebirdError('CONFLICT', text, { safe: `${text}; add ${names.domain} as a further domain.` })
    }
    await rewriteEverything(tx, primary.id, names)
    await recheckOwnLinks(tx)
    await queueForIndex(
      tx,
      sql`select id from posts where is_local and boost_of_id is null and deleted_at is null`,
    )
    await notify(tx, 'changed', 'domains')
    await notify(tx, 'changed', 'keys')
  })
}

async function rewriteEverything(tx: Transaction, domainId: string, names: DomainNames): Promise<void> {
  await tx
    .updateTable('domains')
    .set({ domain: names.domain, service_host: names.serviceHost })
    .where('id', '=', domainId)
    .execute()
  await sql`
    update actors
       set host = ${names.serviceHost}, handle_domain = ${names.domain},
           username = case when is_instance_actor then ${names.domain} else username end,
           fields = ${rewritten(sql`fields::text`, names)}::jsonb,
           also_known_as = array(select ${rewritten(sql`alias`, names)} from unnest(also_known_as) as alias)
     where domain_id = ${domainId}`.execute(tx)
  for (const { table, columns, isOurs } of REWRITTEN) {
    const changes = columns.map((column) => sql`${sql.ref(column)} = ${rewritten(sql.ref(column), names)}`)
    await sql`update ${sql.table(table)} set ${sql.join(changes)} where ${isOurs}`.execute(tx)
  }
  for (const [table, isOurs] of EMOJI_LISTS) {
    await sql`
      update ${sql.table(table)} set emojis = ${rewritten(sql`emojis::text`, names)}::jsonb
       where ${isOurs} and emojis <> '[]'`.execute(tx)
  }
}

/** Handles in texts get the domain, everything else the host that serves. */
function rewritten(text: RawBuilder<unknown>, names: DomainNames): RawBuilder<string> {
  const old = UNPUBLISHED_DOMAIN
  return sql<string>`replace(replace(${text}, ${`@${old}`}, ${`@${names.domain}`}), ${old}, ${names.serviceHost})`
}
