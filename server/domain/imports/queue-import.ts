/** Takes a file in: read whole, and only then queued; or looked at, and nothing is kept. */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { ImportBlocks, ImportFlaw, ImportKind, ImportPreview } from '../../contracts/import.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Database, Transaction } from '../../db/pool.ts'
import { inTransaction, wakeWorker } from '../../db/transaction.ts'
import { countUnsaid } from '../blocks/block-lists.ts'
import { listOwnHosts } from '../blocks/domain-blocks.ts'
import { coversOneOf } from '../blocks/domain-name.ts'
import { previewBlocks } from '../blocks/preview-blocks.ts'
import { unreadable } from './csv-rows.ts'
import { KIND_WORDS } from './import-columns.ts'
import type { ImportLine } from './import-line.ts'
import { SHOWN_LESS, readImport } from './read-import.ts'
import { countOthers } from './overwritten.ts'

export interface ImportOrder {
  readonly actorId: string
  readonly kind: ImportKind
  readonly overwrites: boolean
  /** At most `MOST_IMPORT_BYTES`. */
  readonly bytes: Uint8Array
  /** An import that takes something away is refused without it. */
  readonly confirmsLoss: boolean
  readonly now: Date
}

/** Lines of one statement. */
const STEP = 1_000
const MOST_FLAWS = 50
const MOST_DOMAINS = 100

/**
 * Queues the lines of a file in one go. Lines that are wrong are among its failures from the start. The same file again
 * while it is worked on is the import that is there.
 * @returns the id of the import
 * @throws HomebirdError UNPROCESSABLE as `readImport`, and where most lines are wrong; CONFLICT with the loss for an import
 *   that takes something away and does not confirm it
 */
export async function queueImport(db: Database, order: ImportOrder): Promise<string> {
  return inTransaction(db, async (tx) => {
    const digest = createHash('sha256').update(order.bytes).digest('hex')
    const same = await findSame(tx, order, digest)
    if (same !== undefined) return same
    const { id } = await insertImport(tx, order, digest)
    if (order.overwrites && !order.confirmsLoss) {
      const loss = await countOthers(tx, { id, actor_id: order.actorId, kind: order.kind })
      if (loss.count > 0) throw unconfirmed(loss)
    }
    await wakeWorker(tx, 'import_entries')
    return id
  })
}

/** What the import would do. @throws HomebirdError UNPROCESSABLE as `queueImport` */
export async function previewImport(db: Database, order: ImportOrder): Promise<ImportPreview> {
  let preview: ImportPreview | null = null
  // Read into the tables as if it were meant, looked at there, and taken back whole.
  const taken = new Error('taken back')
  await db
    .transaction()
    .execute(async (tx) => {
      const { id, ...counts } = await insertImport(tx, order, 'preview')
      const loss = order.overwrites
        ? await countOthers(tx, { id, actor_id: order.actorId, kind: order.kind })
        : { count: 0, named: [] }
      const blocks = order.kind === 'domain_blocks' ? await blocksOf(tx, id) : null
      preview = { ...counts, loss, blocks }
      throw taken
    })
    .catch((error: unknown) => {
      if (error !== taken) throw error
    })
  if (preview === null) throw new HomebirdError('INTERNAL', 'a preview came to no end')
  return preview
}

async function blocksOf(tx: Transaction, importId: string): Promise<ImportBlocks> {
  const rows = await tx
    .selectFrom('import_entries')
    .select('subject')
    .where('import_id', '=', importId)
    .where('is_good', '=', true)
    .orderBy('line')
    .execute()
  const ownHosts = await listOwnHosts(tx)
  const domains = rows.map(({ subject }) => subject).filter((domain) => !coversOneOf(domain, ownHosts))
  const fresh = await countUnsaid(tx, domains)
  return { fresh, domains: domains.slice(0, MOST_DOMAINS), loss: await previewBlocks(tx, domains) }
}

async function findSame(
  tx: Transaction,
  { actorId, kind, overwrites }: ImportOrder,
  digest: string,
): Promise<string | undefined> {
  const row = await tx
    .selectFrom('imports')
    .select('id')
    .where('actor_id', '=', actorId)
    .where('kind', '=', kind)
    .where('overwrites', '=', overwrites)
    .where('digest', '=', digest)
    .where('state', '=', 'working')
    .executeTakeFirst()
  return row?.id
}

interface Inserted extends Omit<ImportPreview, 'loss' | 'blocks'> {
  readonly id: string
}

async function insertImport(tx: Transaction, order: ImportOrder, digest: string): Promise<Inserted> {
  const { actorId, kind, overwrites, now } = order
  const { id } = await tx
    .insertInto('imports')
    .values({ actor_id: actorId, kind, overwrites, digest, created_at: now })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { unread, ...counts } = await insertLines(tx, id, kind, readImport(kind, order.bytes))
  const { entries, flawed, flaws, repeated } = counts
  // Lists of servers name many that are only to be shown less: such a line was understood.
  if (entries === 0 || unread > flawed - unread + entries) {
    throw unusable(kind, flaws.find(({ reason }) => reason !== SHOWN_LESS) ?? flaws[0])
  }
  await tx
    .updateTable('imports')
    .set({ entries: entries + flawed, unseen: entries, failed: flawed, repeated })
    .where('id', '=', id)
    .execute()
  return { id, ...counts }
}

async function insertLines(
  tx: Transaction,
  importId: string,
  kind: ImportKind,
  lines: Iterable<ImportLine>,
): Promise<Omit<Inserted, 'id'> & { readonly unread: number }> {
  const known = new Set<string>()
  const flaws: ImportFlaw[] = []
  let [entries, flawed, unread, repeated] = [0, 0, 0, 0]
  let waiting: ImportLine[] = []
  const flush = async (): Promise<void> => {
    if (waiting.length > 0) await insertStep(tx, importId, waiting)
    waiting = []
  }
  for (const line of lines) {
    const { flaw } = line
    const key = `${line.facts.list ?? ''}\n${kind === 'bookmarks' ? line.subject : line.subject.toLowerCase()}`
    if (flaw === null && known.has(key)) {
      repeated += 1
      continue
    }
    if (flaw === null) {
      entries += 1
      known.add(key)
    } else {
      flawed += 1
      if (flaw !== SHOWN_LESS) unread += 1
      if (flaws.length < MOST_FLAWS) flaws.push({ line: line.line, text: line.subject, reason: flaw })
    }
    waiting.push(line)
    if (waiting.length >= STEP) await flush()
  }
  await flush()
  return { entries, repeated, flawed, unread, flaws }
}

async function insertStep(tx: Transaction, importId: string, lines: readonly ImportLine[]): Promise<void> {
  const column = <T>(of: (line: ImportLine) => T): T[] => lines.map(of)
  await sql`
    insert into import_entries (import_id, line, subject, server, facts, is_good, is_seen, outcome, reason, state, state_next_attempt_at)
    select ${importId}::bigint, given.line, given.subject, given.server, given.facts, given.flaw is null,
           given.flaw is not null,
           case when given.flaw is not null then 'failed' end, given.flaw,
           case when given.flaw is null then 'new' else 'failed' end, case when given.flaw is null then now() end
      from unnest(${column(({ line }) => line)}::integer[], ${column(({ subject }) => subject)}::text[],
                  ${column(({ host }) => host)}::text[],
                  ${column(({ facts }) => JSON.stringify(facts))}::jsonb[],
                  ${column(({ flaw }) => flaw)}::text[]) as given (line, subject, server, facts, flaw)`.execute(
    tx,
  )
}

function unusable(kind: ImportKind, first: ImportFlaw | undefined): HomebirdError {
  if (first === undefined) return unreadable('the file is empty')
  const { line, text, reason } = first
  return unreadable(
    `line ${line}: ${JSON.stringify(text.slice(0, 100))} ${reason}. Most lines are like this one, so these are no ${KIND_WORDS[kind]}`,
  )
}

function unconfirmed(loss: ImportPreview['loss']): HomebirdError {
  return new HomebirdError('CONFLICT', `an import would take ${loss.count} away and does not say so`, {
    safe: `This takes away ${loss.count} of what is there. Confirm it.`,
    details: { loss },
  })
}
