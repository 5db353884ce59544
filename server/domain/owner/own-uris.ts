/**
 * The addresses of everything that this home owns. They are made once, stored with the row, and never derived again:
 * a later setting or domain changes none of them. Everything under `/ap/` answers ActivityPub to everybody.
 */

/** The domain of a home that has no address yet; every URI of it is rewritten once, when it gets one. */
export const UNPUBLISHED_DOMAIN = 'homebird.invalid'

interface ActorUris {
  readonly uri: string
  readonly inbox: string
  readonly sharedInbox: string
  readonly outbox: string
  readonly followers: string
  readonly following: string
  readonly featured: string
  readonly page: string
  readonly rsaKey: string
  readonly ed25519Key: string
}

/** `https://<service host>` of what an own actor writes: its URIs stay with its host. */
export function originOfHost(serviceHost: string): string {
  return `https://${serviceHost}`
}

/** Where own files of this host are given out. @param mediaUrl  as the setting says: a path, or an address of its own */
export const mediaBaseOf = (mediaUrl: string, host: string): string =>
  URL.canParse(mediaUrl) ? mediaUrl : `${originOfHost(host)}${mediaUrl}`

/** @param username  shown in the page address only; the id does not change with it */
export function identityUris(origin: string, id: string, username: string): ActorUris {
  return urisBelow(origin, `${origin}/ap/actors/${id}`, `${origin}/@${username}`)
}

export function instanceActorUris(origin: string): ActorUris {
  return urisBelow(origin, `${origin}/ap/instance`, `${origin}/about`)
}

function urisBelow(origin: string, uri: string, page: string): ActorUris {
  return {
    uri,
    inbox: `${uri}/inbox`,
    sharedInbox: `${origin}/ap/inbox`,
    outbox: `${uri}/outbox`,
    followers: `${uri}/followers`,
    following: `${uri}/following`,
    featured: `${uri}/featured`,
    page,
    rsaKey: `${uri}#main-key`,
    ed25519Key: `${uri}#ed25519-key`,
  }
}

/** A post, or a boost, whose URI is that of its Announce. */
export function postUri(origin: string, id: string): string {
  return `${origin}/ap/posts/${id}`
}

export function postPageUrl(origin: string, username: string, id: string): string {
  return `${origin}/@${username}/${id}`
}

export function hashtagPageUrl(origin: string, name: string): string {
  return `${origin}/tags/${encodeURIComponent(name)}`
}

export function likeUri(origin: string, id: string): string {
  return `${origin}/ap/likes/${id}`
}

/** Of a vote, as it is sent inside its Create. It is for the author of the poll alone: nothing answers at this address. */
export function voteUri(origin: string, id: string): string {
  return `${origin}/ap/votes/${id}`
}

/** The stamp that an identity gives to a quote of a post of its own. */
export function quoteAuthorizationUri(origin: string, id: string): string {
  return `${origin}/ap/quote-authorizations/${id}`
}

export function quoteRequestUri(origin: string, id: string): string {
  return `${origin}/ap/quote-requests/${id}`
}

export function reactionUri(origin: string, id: string): string {
  return `${origin}/ap/reactions/${id}`
}

export function followUri(origin: string, id: string): string {
  return `${origin}/ap/follows/${id}`
}

/** A complaint of the owner: of the home, whoever of its identities it came from. */
export function reportUri(origin: string, id: string): string {
  return `${origin}/ap/activities/${id}-flag`
}

export function blockUri(origin: string, id: string): string {
  return `${origin}/ap/blocks/${id}`
}
