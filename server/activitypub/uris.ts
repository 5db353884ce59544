/**
 * Addresses that follow from a stored one, and the route patterns that serve them. The stored ones themselves are made in
 * `domain/owner/own-uris.ts`. Pages of collections are paths, because a cache may drop the query from its key.
 */

/** Route patterns of everything under `/ap/`; it answers ActivityPub to everybody. */
export const AP_ROUTES = {
  instance: '/ap/instance',
  instanceInbox: '/ap/instance/inbox',
  instanceOutbox: '/ap/instance/outbox',
  sharedInbox: '/ap/inbox',
  actor: '/ap/actors/:id',
  inbox: '/ap/actors/:id/inbox',
  outbox: '/ap/actors/:id/outbox',
  outboxPage: '/ap/actors/:id/outbox/page/:cursor',
  followers: '/ap/actors/:id/followers',
  followersPage: '/ap/actors/:id/followers/page/:cursor',
  followersSync: '/ap/actors/:id/followers/sync',
  following: '/ap/actors/:id/following',
  followingPage: '/ap/actors/:id/following/page/:cursor',
  featured: '/ap/actors/:id/featured',
  featuredTags: '/ap/actors/:id/tags',
  post: '/ap/posts/:id',
  postActivity: '/ap/posts/:id/activity',
  postContext: '/ap/posts/:id/context',
  replies: '/ap/posts/:id/replies',
  repliesPage: '/ap/posts/:id/replies/page/:cursor',
  likes: '/ap/posts/:id/likes',
  shares: '/ap/posts/:id/shares',
  quoteAuthorization: '/ap/quote-authorizations/:id',
  like: '/ap/likes/:id',
  reaction: '/ap/reactions/:id',
  follow: '/ap/follows/:id',
  block: '/ap/blocks/:id',
  activity: '/ap/activities/:id',
} as const

/**
 * Patterns of what an identity keeps that was taken over from a Takahē server, whose ids end in a slash. They are stored
 * with their rows and found by them, like all others.
 */
export const ADOPTED_ROUTES = {
  instance: '/actor/',
  instanceInbox: '/actor/inbox/',
  instanceOutbox: '/actor/outbox/',
  sharedInbox: '/inbox/',
  actor: '/@:handle/',
  inbox: '/@:handle/inbox/',
  outbox: '/@:handle/outbox/',
  outboxPage: '/@:handle/outbox/page/:cursor',
  followers: '/@:handle/followers/',
  followersPage: '/@:handle/followers/page/:cursor',
  followersSync: '/@:handle/followers/sync',
  following: '/@:handle/following/',
  followingPage: '/@:handle/following/page/:cursor',
  featured: '/@:handle/collections/featured/',
  featuredTags: '/@:handle/tags',
  post: '/@:handle/posts/:id/',
  postActivity: '/@:handle/posts/:id/activity',
  postContext: '/@:handle/posts/:id/context',
  replies: '/@:handle/posts/:id/replies',
  repliesPage: '/@:handle/posts/:id/replies/page/:cursor',
  likes: '/@:handle/posts/:id/likes',
  shares: '/@:handle/posts/:id/shares',
  follow: '/@:handle/follow/:id/',
  block: '/@:handle/block/:id/',
} as const

/** Where activities of other servers come in. */
export const INBOX_ROUTES: ReadonlySet<string | undefined> = new Set([
  AP_ROUTES.inbox,
  AP_ROUTES.sharedInbox,
  AP_ROUTES.instanceInbox,
  ADOPTED_ROUTES.inbox,
  ADOPTED_ROUTES.sharedInbox,
  ADOPTED_ROUTES.instanceInbox,
])

/** An address below another, which may end in a slash. */
export const below = (uri: string, path: string): string =>
  uri.endsWith('/') ? `${uri}${path}` : `${uri}/${path}`

/** The cursor of the first page: the newest entries, whatever they are. */
export const FIRST_PAGE = 'first'

/** @param cursor  `FIRST_PAGE`, or the row id that the page begins after */
export function collectionPageUri(collectionUri: string, cursor: string): string {
  return below(collectionUri, `page/${cursor}`)
}

/** The followers on the server that asks, for it to compare. @see FEP-8fcf */
export function followersSyncUri(followersUri: string): string {
  return below(followersUri, 'sync')
}

/** The Create of a post. A boost needs none: its URI is that of its Announce. */
export function postActivityUri(postUri: string): string {
  return below(postUri, 'activity')
}

/** The thread that begins with this post. */
export function postContextUri(postUri: string): string {
  return below(postUri, 'context')
}

/** The hashtags that an actor of this home shows on its profile. */
export function featuredTagsUri(actorUri: string): string {
  return below(actorUri, 'tags')
}

export function repliesUri(postUri: string): string {
  return below(postUri, 'replies')
}

export function likesUri(postUri: string): string {
  return below(postUri, 'likes')
}

export function sharesUri(postUri: string): string {
  return below(postUri, 'shares')
}

/** An activity that is no row of its own: Update, Delete, Undo, Accept, Reject. Its id is unique for each one sent. */
export function activityUri(origin: string, id: string): string {
  return `${origin}/ap/activities/${id}`
}
