/** The domains of the home: combined, or split into the domain that handles show and the host that serves. */
import { sql } from 'kysely'
import { borrowedName } from '../../contracts/borrowed-names.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Database, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { inTransaction, notify } from '../../db/transaction.ts'
import { findHost } from '../../net/origin.ts'
import { UNPUBLISHED_DOMAIN } from './own-uris.ts'
import { ADVISORY_LOCK } from '../../core/advisory-locks.ts'

export interface DomainNames {
  /** Shown in handles. */
  readonly domain: string
  /** Serves; the same where the domain is combined. */
  readonly serviceHost: string
}

/** One at a time changes what the home is called. Held until the transaction ends. */
export async function lockHomeNames(tx: Transaction): Promise<void> {
  await sql`select pg_advisory_xact_lock(${ADVISORY_LOCK.homeNames})`.execute(tx)
}

/**
 * Reads the names a person typed: `Home.Example`, `https://home.example/`.
 * @throws HomebirdError UNPROCESSABLE naming what is wrong with which of them
 */
export function parseDomainNames(domain: string, serviceDomain: string | null): DomainNames {
  const name = parseDomainName(domain)
  return { domain: name, serviceHost: serviceDomain === null ? name : parseDomainName(serviceDomain) }
}

function parseDomainName(typed: string): string {
  const bare = typed
    .trim()
    .replace(/^https:\/\//i, '')
    .replace(/\/$/, '')
  const host = findHost(bare)
  const why = host === undefined ? 'is not a domain name' : domainFlaw(host)
  if (host === undefined || why !== null) {
    const text = `${JSON.stringify(typed.slice(0, 100))} ${why ?? 'is not a domain name'}`
    throw new HomebirdError('UNPROCESSABLE', text, { safe: `${text}. Write it like home.example.` })
  }
  return host
}

/** What is wrong with it as the address of a home, or null. */
function domainFlaw(host: string): string | null {
  const name = host.replace(/:\d+$/, '')
  const labels = name.split('.')
  if (name.startsWith('[') || /^\d+$/.test(labels.at(-1) ?? ''))
    return 'is a network address and not a domain name'
  if (labels.length < 2) return 'has no dot'
  if (labels.at(-1) === 'invalid') return 'ends in .invalid, which nobody can reach'
  const lender = borrowedName(host)
  if (lender?.fate === 'mortal')
    return `is given out by ${lender.provider} for as long as a tunnel lasts, and an address is for ever`
  const isLabel = (label: string): boolean => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label)
  return labels.every(isLabel) ? null : 'holds characters that domain names cannot have'
}

/**
 * Adds a domain; identities are added to it by `addIdentity`.
 * @throws HomebirdError UNPROCESSABLE for a bad name; CONFLICT when it is there already, or when the home has no address
 *   at all yet (see `publishHome`)
 */
export async function addDomain(
  db: Database,
  domain: string,
  serviceDomain: string | null = null,
): Promise<Row<'domains'>> {
  const names = parseDomainNames(domain, serviceDomain)
  return inTransaction(db, async (tx) => {
    await lockHomeNames(tx)
    const known = await tx.selectFrom('domains').selectAll().execute()
    if (!known.some((row) => row.is_primary && row.domain !== UNPUBLISHED_DOMAIN)) {
      throw new HomebirdError(
        'CONFLICT',
        `the home has no address yet, so ${names.domain} cannot be its second`,
        {
          safe: 'Publish the home under its first domain before adding another.',
        },
      )
    }
    if (known.some((row) => row.domain === names.domain)) {
      throw new HomebirdError('CONFLICT', `${names.domain} is a domain of this home already`, {
        safe: `${names.domain} is a domain of this home already.`,
      })
    }
    return insertDomain(tx, names, false)
  })
}

export async function insertDomain(
  tx: Transaction,
  names: DomainNames,
  isPrimary: boolean,
): Promise<Row<'domains'>> {
  const row = await tx
    .insertInto('domains')
    .values({ domain: names.domain, service_host: names.serviceHost, is_primary: isPrimary })
    .returningAll()
    .executeTakeFirstOrThrow()
  await notify(tx, 'changed', 'domains')
  return row
}
