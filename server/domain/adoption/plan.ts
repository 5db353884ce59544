/** What would be taken over, and as what: read before anything is written, and again when an interrupted run goes on. */
import type { AdoptionPerson } from '../../contracts/adoption.ts'
import { HomebirdError, isHomebirdError } from '../../core/errors.ts'
import { type DomainNames, parseDomainNames } from '../owner/domains.ts'
import type { Source } from './source.ts'

export interface AdoptionWishes {
  /** Whose identities, where the server has several people: the address they sign in with. */
  readonly user: string | null
  /** The host of the server's own actor, where it is not the host of the first domain. */
  readonly mainHost: string | null
}

export interface PlannedIdentity {
  readonly id: string
  readonly uri: string
  readonly handle: string
  /** Deleted there: it stays so. */
  readonly isGone: boolean
}

export interface AdoptionPlan {
  readonly place: string
  /** The first is the primary one. */
  readonly domains: readonly DomainNames[]
  readonly mainHost: string
  readonly identities: readonly PlannedIdentity[]
  /** Handles of what belongs to other people of that server and stays behind. */
  readonly others: readonly string[]
  /** Connections that others hold to the database: the old server runs. */
  readonly busyConnections: number
}

/** @throws HomebirdError CONFLICT for a server of several people where none is named, UNPROCESSABLE for nobody */
export async function planAdoption(source: Source, wishes: AdoptionWishes): Promise<AdoptionPlan> {
  const identities = await listIdentities(source, wishes.user)
  const own = identities.filter(({ isOwn }) => isOwn)
  if (!own.some(({ isGone }) => !isGone)) {
    throw new HomebirdError('UNPROCESSABLE', `${source.place} has no identity that could be taken over`)
  }
  const domains = await listDomains(
    source,
    own.map(({ id }) => id),
  )
  const mainHost = wishes.mainHost ?? domains[0]?.serviceHost ?? ''
  const isServed = domains.some((names) => names.serviceHost === mainHost || names.domain === mainHost)
  return {
    place: source.place,
    // The server's own host answers too, also where nobody's handle shows it.
    domains: isServed ? domains : [...domains, parseDomainNames(mainHost, null)],
    mainHost,
    identities: own,
    others: identities.filter(({ isOwn, isGone }) => !isOwn && !isGone).map(({ handle }) => handle),
    busyConnections: await countConnections(source),
  }
}

/** Those from whom the plan could not choose; empty for any other failure. */
export function peopleToChooseFrom(error: unknown): readonly AdoptionPerson[] {
  if (!isHomebirdError(error, 'CONFLICT')) return []
  return (error.details['people'] as readonly AdoptionPerson[] | undefined) ?? []
}

interface FoundIdentity extends PlannedIdentity {
  readonly isOwn: boolean
}

async function listIdentities(source: Source, user: string | null): Promise<FoundIdentity[]> {
  const rows = await source.read<{
    id: string
    uri: string
    handle: string
    gone: boolean
    emails: string[]
  }>(`
    select i.id, i.actor_uri as uri, i.username || '@' || i.domain_id as handle,
           (${source.field('users_identity', 'i', 'deleted')}) is not null as gone,
           array(select u.email from users_identity_users iu join users_user u on u.id = iu.user_id
                  where iu.identity_id = i.id order by u.id) as emails
      from users_identity i
     where i.local and i.username is not null and i.domain_id is not null order by i.id`)
  const people = new Set(rows.flatMap(({ emails }) => emails))
  const owner = user === null ? chosenAmong(people, rows) : named(user, people)
  return rows.map(({ id, uri, handle, gone, emails }) => ({
    id,
    uri,
    handle,
    isGone: gone,
    // Whoever deletes an identity is parted from it.
    isOwn: emails.includes(owner) || (gone && emails.length === 0) || people.size === 0,
  }))
}

function chosenAmong(
  people: ReadonlySet<string>,
  rows: readonly { readonly handle: string; readonly emails: readonly string[] }[],
): string {
  const [only = ''] = people
  if (people.size < 2) return only
  const each = [...people].map((email): AdoptionPerson => {
    const handles = rows.filter(({ emails }) => emails.includes(email)).map(({ handle }) => handle)
    return { email, handles: handles.slice(0, 5) }
  })
  const said = each.map(({ email, handles }) => `${email} (${handles.join(', ')})`)
  throw new HomebirdError(
    'CONFLICT',
    `${people.size} people live on this server and a home is for one: say which with --user: ${said.join('; ')}`,
    { details: { people: each } },
  )
}

function named(user: string, people: ReadonlySet<string>): string {
  const found = [...people].find((email) => email.toLowerCase() === user.toLowerCase())
  if (found !== undefined) return found
  throw new HomebirdError(
    'UNPROCESSABLE',
    `nobody with an identity signs in as ${JSON.stringify(user)}; there are ${[...people].join(', ')}`,
  )
}

async function listDomains(source: Source, identityIds: readonly string[]): Promise<DomainNames[]> {
  const isDefault = source.has('users_domain', 'default') ? 'd."default"' : 'false'
  const rows = await source.read<{ domain: string; service_domain: string | null }>(
    `select d.domain, d.service_domain from users_domain d
      where d.domain in (select i.domain_id from users_identity i where i.id = any ($1::bigint[]))
      order by ${isDefault} desc, d.domain`,
    [identityIds],
  )
  return rows.map((row) => parseDomainNames(row.domain, row.service_domain))
}

/** Whoever may not see others sees nobody. */
async function countConnections(source: Source): Promise<number> {
  const [row] = await source.read<{ count: string }>(
    `select count(*) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
  )
  return Number(row?.count ?? 0)
}
