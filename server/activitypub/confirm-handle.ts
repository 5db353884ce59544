/**
 * Which handle an actor may show: `user@domain` only where WebFinger of the domain names the actor, and WebFinger of the
 * actor's own host, or the actor itself, names the domain (rule 23).
 */
import { type Host, hostOf } from '../net/origin.ts'
import { parseHostMeta } from './host-meta.ts'
import type { ActorFacts } from './parse-actor.ts'
import type { DocumentFailure, RemoteDocuments } from './remote-documents.ts'
import { type WebfingerFacts, parseWebfinger, parseWebfingerResource, webfingerUrl } from './webfinger.ts'

const JRD_TYPES = ['application/jrd+json', 'application/json'] as const
const XRD_TYPES = ['application/xrd+xml', 'application/xml', 'text/xml'] as const

type Documents = Pick<RemoteDocuments, 'readJson' | 'readText'>

export type WebfingerReading = { readonly outcome: 'found'; readonly facts: WebfingerFacts } | DocumentFailure

/** What a domain says about `user@domain`; null where it says nothing. */
export async function askWebfinger(
  documents: Documents,
  username: string,
  domain: string,
): Promise<WebfingerFacts | null> {
  const reading = await readWebfinger(documents, username, domain)
  return reading.outcome === 'found' ? reading.facts : null
}

/** The same, telling why it says nothing. */
export async function readWebfinger(
  documents: Documents,
  username: string,
  domain: string,
): Promise<WebfingerReading> {
  const resource = `acct:${username}@${domain}`
  const first = await documents.readJson(webfingerUrl(domain, resource), JRD_TYPES)
  if (first.outcome === 'found') return { outcome: 'found', facts: parseWebfinger(first.document) }
  if (first.outcome !== 'missing' && first.outcome !== 'refused') return first
  const xml = await documents.readText(`https://${domain}/.well-known/host-meta`, XRD_TYPES)
  const template = xml === null ? null : parseHostMeta(xml)
  const url = template?.replace('{uri}', encodeURIComponent(resource))
  if (url === undefined || url === webfingerUrl(domain, resource)) return first
  const second = await documents.readJson(url, JRD_TYPES)
  return second.outcome === 'found' ? { outcome: 'found', facts: parseWebfinger(second.document) } : second
}

/** What WebFinger of a host has just said of a name there. */
export interface ToldHandle {
  readonly username: string
  readonly host: string
  readonly facts: WebfingerFacts
}

/**
 * @param told  is not asked for again
 * @returns the domain of the handle; the actor's host where no other is confirmed, which is always true in so far as it
 *   names the server that the actor lives on
 */
export async function confirmHandleDomain(
  documents: Documents,
  facts: ActorFacts,
  told: ToldHandle | null = null,
): Promise<string> {
  const host = hostOf(facts.uri) as Host
  const ask = async (domain: string): Promise<WebfingerFacts | null> =>
    told?.host === domain && isSameName(told.username, facts.username)
      ? told.facts
      : askWebfinger(documents, facts.username, domain)
  const names = async (domain: string): Promise<boolean> => {
    const found = await ask(domain)
    return found !== null && pointsTo(found, facts)
  }
  const claimed = facts.webfinger === null ? null : parseWebfingerResource(facts.webfinger)
  if (claimed?.kind === 'acct' && isSameName(claimed.username, facts.username)) {
    const isConfirmed = claimed.host === host || (await names(claimed.host))
    if (isConfirmed) return claimed.host
  }
  const own = await ask(host)
  if (own === null || own.subject === null || !pointsTo(own, facts)) return host
  const { subject } = own
  if (subject.host === host || !isSameName(subject.username, facts.username)) return host
  return (await names(subject.host)) ? subject.host : host
}

function pointsTo(found: WebfingerFacts, facts: ActorFacts): boolean {
  return found.selfUri === facts.uri
}

/** User names are compared without regard to case, as servers do. */
function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
