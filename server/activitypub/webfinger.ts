/** WebFinger documents: the ones this home answers with, and what those of others say. */
import { isActivityType, parseMediaType } from '../net/media-type.ts'
import { findHost } from '../net/origin.ts'
import { asArray, isObject, isUri, textOf, webUrlOf } from './json.ts'
import type { JsonObject } from './json.ts'
import { ACTIVITY_JSON } from './vocabulary.ts'

export const JRD_JSON = 'application/jrd+json'
const SELF = 'self'
const PROFILE_PAGE = 'http://webfinger.net/rel/profile-page'
const SUBSCRIBE = 'http://ostatus.org/schema/1.0/subscribe'

export type WebfingerResource =
  | { readonly kind: 'acct'; readonly username: string; readonly host: string }
  | { readonly kind: 'uri'; readonly uri: string }

/**
 * Reads a `resource` parameter or a handle as a person types it: `acct:ana@home.example`, `@ana@home.example`,
 * `ana@home.example`, or an https address.
 * @returns null when it is neither; the host is canonical, the user name is as written
 */
export function parseWebfingerResource(resource: unknown): WebfingerResource | null {
  if (typeof resource !== 'string' || resource.length > 2_048) return null
  const text = resource.trim()
  if (/^https:/i.test(text)) return isUri(text) ? { kind: 'uri', uri: text } : null
  const handle = /^(?:acct:)?@?([^\s@/?#:]{1,255})@([^\s@/?#]{1,255})$/i.exec(text)
  const [, username, rawHost] = handle ?? []
  const host = findHost(rawHost)
  if (username === undefined || host === undefined) return null
  const name = decoded(username)
  // No user name holds them, and PostgreSQL refuses the first.
  return /\p{Cc}/u.test(name) || !name.isWellFormed() ? null : { kind: 'acct', username: name, host }
}

/** User names may be percent-encoded in an acct: URI (RFC 7565). */
function decoded(username: string): string {
  try {
    return decodeURIComponent(username)
  } catch {
    return username
  }
}

/** Path of the page that a visitor's wish is taken to. */
export const INTERACTION_PATH = '/authorize_interaction'

/** @param origin  of the service host */
export const subscribeTemplate = (origin: string): string => `${origin}${INTERACTION_PATH}?uri={uri}`

export interface WebfingerParts {
  readonly username: string
  /** The domain that the handle shows, which may differ from the host of the actor's id. */
  readonly handleDomain: string
  readonly actorUri: string
  readonly pageUrl: string | null
  /** Where a visitor's `{uri}` is acted upon, on the service host. */
  readonly subscribeTemplate: string | null
}

/** @see RFC 7033 4.4; the subscribe link is what other servers send their users to */
export function webfingerDocument(parts: WebfingerParts): JsonObject {
  const links: JsonObject[] = [{ rel: SELF, type: ACTIVITY_JSON, href: parts.actorUri }]
  if (parts.pageUrl !== null) links.unshift({ rel: PROFILE_PAGE, type: 'text/html', href: parts.pageUrl })
  if (parts.subscribeTemplate !== null) links.push({ rel: SUBSCRIBE, template: parts.subscribeTemplate })
  return {
    subject: `acct:${parts.username}@${parts.handleDomain}`,
    aliases: [parts.pageUrl, parts.actorUri].filter((alias) => alias !== null),
    links,
  }
}

export interface WebfingerFacts {
  /** The handle that the domain confirms, if the subject is one. */
  readonly subject: { readonly username: string; readonly host: string } | null
  /** Id of the actor. */
  readonly selfUri: string | null
  readonly pageUrl: string | null
  /** An https template with `{uri}` in it. */
  readonly subscribeTemplate: string | null
  readonly aliases: readonly string[]
}

/** What a JRD says that matters for an actor; a link of another form is passed over. */
export function parseWebfinger(document: JsonObject): WebfingerFacts {
  const subject = parseWebfingerResource(document['subject'])
  const links = asArray(document['links']).slice(0, 200).filter(isObject)
  const self = links.find(
    (link) => link['rel'] === SELF && isActivityPub(link['type']) && isUri(link['href']),
  )
  const page = links.find((link) => link['rel'] === PROFILE_PAGE)
  const template = textOf(links.find((link) => link['rel'] === SUBSCRIBE)?.['template'])
  return {
    subject: subject?.kind === 'acct' ? { username: subject.username, host: subject.host } : null,
    selfUri: textOf(self?.['href']),
    pageUrl: webUrlOf(page?.['href']),
    subscribeTemplate: template !== null && isTemplate(template) ? template : null,
    aliases: asArray(document['aliases']).slice(0, 64).filter(isUri),
  }
}

function isActivityPub(type: unknown): boolean {
  return isActivityType(typeof type === 'string' ? parseMediaType(type) : undefined)
}

function isTemplate(template: string): boolean {
  return template.includes('{uri}') && isUri(template.replace('{uri}', 'x'))
}

/** The address to ask about a resource. */
export function webfingerUrl(host: string, resource: string): string {
  return `https://${host}/.well-known/webfinger?resource=${encodeURIComponent(resource)}`
}
