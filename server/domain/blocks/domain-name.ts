/** Reads names of domains as people and lists write them: `Bad.Example`, `*.bad.example`, `https://bad.example/`, `||bad.example^`, `bücher.example`. */
import { HomebirdError } from '../../core/errors.ts'
import { findHost } from '../../net/origin.ts'
import { domainAndParents } from './domain-words.ts'

/** Why a name is passed over; lists count them. */
export type DomainFlaw = 'not_a_domain' | 'too_wide' | 'obscured' | 'own'

export type ReadDomain =
  | { readonly ok: true; readonly domain: string }
  | { readonly ok: false; readonly flaw: DomainFlaw }

const MOST_LENGTH = 1_000
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/
/** What stands before a country's letters where everybody of the country registers: `co.uk`, `com.au`. */
const REGISTRY_LABELS: ReadonlySet<string> = new Set(
  'ac,co,com,edu,gob,gov,gouv,mil,ne,net,nom,or,org,sch'.split(','),
)

/** A whole registry (`com`, `co.uk`, `*`) is half of the fediverse and never meant. */
export function readDomain(raw: string): ReadDomain {
  const flawed = (flaw: DomainFlaw): ReadDomain => ({ ok: false, flaw })
  if (raw.length > MOST_LENGTH) return flawed('not_a_domain')
  const bare = raw
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/^(?:@|\|\|)/, '')
    .replace(/^(?:\*\.|\.)/, '')
    .replace(/[/^]$/, '')
  if (bare === '*' || bare === '') return flawed(raw.includes('*') ? 'too_wide' : 'not_a_domain')
  if (bare.includes('*')) return flawed('obscured')
  const host = findHost(bare)
  if (host === undefined || host.includes(':') || host.startsWith('[')) return flawed('not_a_domain')
  const labels = host.split('.')
  if (!labels.every((label) => LABEL.test(label))) return flawed('not_a_domain')
  const [last = '', secondLast = ''] = labels.toReversed()
  if (/^\d+$/.test(last)) return flawed('not_a_domain')
  const isRegistry = labels.length === 2 && last.length === 2 && REGISTRY_LABELS.has(secondLast)
  return labels.length === 1 || isRegistry ? flawed('too_wide') : { ok: true, domain: host }
}

/** Whether a block of the domain would cut this home off from itself. */
export function coversOneOf(domain: string, ownHosts: Iterable<string>): boolean {
  return [...ownHosts].some((host) => domainAndParents(host).includes(domain))
}

const WORDS: Readonly<Record<DomainFlaw, string>> = {
  not_a_domain: 'is not a domain name. Write it like bad.example.',
  too_wide: 'is a whole registry of names. Name the domains in it.',
  obscured: 'hides a part of the name behind *. Write the whole name.',
  own: 'is a domain of this home.',
}

/** @throws HomebirdError UNPROCESSABLE in words for the owner */
export function parseBlockedDomain(raw: string, ownHosts: Iterable<string>): string {
  const read = readDomain(raw)
  const flaw = !read.ok ? read.flaw : coversOneOf(read.domain, ownHosts) ? 'own' : null
  if (read.ok && flaw === null) return read.domain
  const text = `${JSON.stringify(raw.slice(0, 100))} ${WORDS[flaw ?? 'not_a_domain']}`
  throw new HomebirdError('UNPROCESSABLE', text, { safe: text })
}
