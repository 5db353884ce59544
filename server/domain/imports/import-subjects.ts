/** Reads whom or what a line names: handles, domains and addresses as other servers write them into their files. */
import { findHost, findRemoteUrl } from '../../net/origin.ts'
import { type DomainFlaw, readDomain } from '../blocks/domain-name.ts'

export type Subject =
  | { readonly ok: true; readonly subject: string; readonly host: string | null }
  | { readonly ok: false; readonly reason: string }

const flawed = (reason: string): Subject => ({ ok: false, reason })

const HANDLE = /^(?:acct:)?@?([^\s@/?#:]{1,255})@([^\s@/?#]{1,255})$/i
/** Pages of profiles whose address holds the handle: Mastodon and most others, Mastodon's ids, Pleroma's. */
const PROFILE_PATH = /^\/(?:@|users\/)([\w.-]{1,255})\/?$/

/** `ana@example.social`, `@ana@example.social`, `acct:…`, or the address of a profile. */
export function readHandle(raw: string): Subject {
  const [, username, rawHost] = HANDLE.exec(raw) ?? profileOf(raw)
  const host = findHost(rawHost)
  if (username !== undefined && host !== undefined && isName(username)) {
    return { ok: true, subject: `${username}@${host}`, host }
  }
  return flawed(
    /^@?[\w.-]+$/.test(raw) && !raw.includes('.')
      ? 'names no server after a second @'
      : 'is no handle such as ana@example.social',
  )
}

function profileOf(raw: string): readonly (string | undefined)[] {
  const url = findRemoteUrl(raw)
  const name = url === undefined ? undefined : PROFILE_PATH.exec(url.path)?.[1]
  return name === undefined ? [raw] : [raw, name, url?.host]
}

const isName = (username: string): boolean => !/\p{Cc}/u.test(username) && username.isWellFormed()

const DOMAIN_REASONS: Readonly<Record<DomainFlaw, string>> = {
  not_a_domain: 'is no domain name',
  too_wide: 'is a whole registry of names',
  obscured: 'hides a part of its name',
  own: 'is a domain of this home',
}

/** Also with a remark after it, and as a line of a hosts file. */
export function readDomainSubject(raw: string): Subject {
  const read = readDomain(raw.replace(/#.*$/, '').replace(/^\d{1,3}(?:\.\d{1,3}){3}\s+/, ''))
  return read.ok ? { ok: true, subject: read.domain, host: null } : flawed(DOMAIN_REASONS[read.flaw])
}

/** The id or the page of a post. */
export function readPostAddress(raw: string): Subject {
  const url = findRemoteUrl(raw)
  return url === undefined
    ? flawed('is no address that begins with https://')
    : { ok: true, subject: raw, host: url.host }
}
