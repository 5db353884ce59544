/**
 * Which addresses of the home show a thing that has changed: the one list of what caches in front of it forget with it.
 * Pure. Addresses that nobody keeps are in it too where a setting could let them be kept.
 */
import {
  type PurgeFacts,
  type PurgedActor,
  type PurgedPost,
  isAboutEverything,
} from '../domain/purges/load-purges.ts'
import { actorTag, postTag } from '../domain/purges/cache-tags.ts'
import type { Forgotten } from '../domain/purges/purger.ts'
import { hashtagPageUrl, originOfHost } from '../domain/owner/own-uris.ts'
import type { Row } from '../db/tables.ts'
import {
  FIRST_PAGE,
  below,
  collectionPageUri,
  featuredTagsUri,
  likesUri,
  postActivityUri,
  postContextUri,
  repliesUri,
  sharesUri,
} from './uris.ts'
import { webfingerUrl } from './webfinger.ts'

type Change = Pick<Row<'purges'>, 'subject' | 'subject_id' | 'urls' | 'reason'>

/** Behind the address of a page: its feeds. */
const FEEDS = ['.rss', '.atom', '/feed.json'] as const
/** Behind the address of a profile: its further pages. */
const TABS = ['/with_replies', '/media'] as const
const HOME_PAGES = ['/', '/about', '/privacy-policy', '/terms-of-service'] as const
const HOME_DOCUMENTS = [
  '/robots.txt',
  '/sitemap.xml',
  '/.well-known/nodeinfo',
  '/nodeinfo/2.0',
  '/nodeinfo/2.1',
  '/.well-known/host-meta',
  '/.well-known/host-meta.json',
] as const

/** @param hasTags  whether what carries a tag may be named by it instead of address by address */
export function touchedBy(change: Change, facts: PurgeFacts, hasTags: boolean): Forgotten {
  switch (change.subject) {
    case 'post': {
      const post = facts.posts.get(change.subject_id ?? '')
      return post === undefined ? given(change) : touchedByPost(post, change.reason, facts, hasTags)
    }
    case 'actor': {
      const actor = facts.actors.get(change.subject_id ?? '')
      return actor === undefined ? given(change) : touchedByActor(actor, change.reason, hasTags)
    }
    case 'home':
      return touchedByHome(change, facts, hasTags)
    case 'urls':
    default:
      return given(change)
  }
}

/** Everything once, in the order in which it was named first. */
export function together(all: readonly Forgotten[]): Forgotten {
  return {
    urls: [...new Set(all.flatMap(({ urls }) => urls))],
    tags: [...new Set(all.flatMap(({ tags }) => tags))],
  }
}

const given = ({ urls }: Change): Forgotten => ({ urls, tags: [] })

function touchedByPost(
  post: PurgedPost,
  reason: string,
  { actors }: PurgeFacts,
  hasTags: boolean,
): Forgotten {
  const own = objectOf(post, hasTags)
  if (reason === 'counted') return own
  const author = actors.get(post.authorId)
  const parent = post.parentUri === null ? [] : repliesOf(post.parentUri)
  const boosted = post.boostedUri === null ? [] : [post.boostedUri, sharesUri(post.boostedUri)]
  const tagPages = author === undefined ? [] : post.hashtags.flatMap((name) => tagPagesOf(author, name))
  const lists = author === undefined ? [] : [...listsOf(author), ...pagesOf(author)]
  return { urls: [...own.urls, ...lists, ...parent, ...boosted, ...tagPages], tags: own.tags }
}

function objectOf(post: PurgedPost, hasTags: boolean): Forgotten {
  const { uri } = post
  const parts = [postActivityUri(uri), postContextUri(uri), likesUri(uri), sharesUri(uri), ...repliesOf(uri)]
  const page = post.pageUrl === null ? [] : [post.pageUrl, `${post.pageUrl}/embed`]
  return hasTags
    ? { urls: page, tags: [postTag(post.id)] }
    : { urls: [...new Set([uri, ...parts]), ...page], tags: [] }
}

/** Under a hashtag a post stands among those of its author, and among those of the home. */
function tagPagesOf({ pageUrl, host }: PurgedActor, name: string): string[] {
  const own = pageUrl === null ? [] : withFeeds(`${pageUrl}/tagged/${encodeURIComponent(name)}`)
  return [...withFeeds(hashtagPageUrl(originOfHost(host), name)), ...own]
}

/** A post shows the first answers to it itself. */
function repliesOf(uri: string): string[] {
  return [uri, repliesUri(uri), collectionPageUri(repliesUri(uri), FIRST_PAGE)]
}

/** Collections that hold posts of an actor, or name them. */
function listsOf({ uri }: PurgedActor): string[] {
  return [...withFirstPage(below(uri, 'outbox')), below(uri, 'featured')]
}

function pagesOf({ pageUrl, host }: PurgedActor): string[] {
  const home = `${originOfHost(host)}/`
  return pageUrl === null ? [home] : [...withFeeds(pageUrl), ...TABS.map((tab) => `${pageUrl}${tab}`), home]
}

function touchedByActor(actor: PurgedActor, reason: string, hasTags: boolean): Forgotten {
  const { uri, handleDomain, username, host } = actor
  const follows = [...withFirstPage(below(uri, 'followers')), ...withFirstPage(below(uri, 'following'))]
  const all = [uri, ...listsOf(actor), ...follows, featuredTagsUri(uri)]
  const tagged: Forgotten = hasTags ? { urls: [], tags: [actorTag(actor.id)] } : { urls: all, tags: [] }
  if (reason === 'counted') return hasTags ? tagged : { urls: [uri, ...follows], tags: [] }
  if (reason === 'keys') return hasTags ? tagged : { urls: [uri], tags: [] }
  const handle = `${username}@${handleDomain}`
  const names = [...new Set([host, handleDomain])].flatMap((at) => [
    webfingerUrl(at, `acct:${handle}`),
    `https://${at}/.well-known/webfinger?resource=acct:${handle}`,
  ])
  return { urls: [...tagged.urls, ...pagesOf(actor), ...names], tags: tagged.tags }
}

function touchedByHome(change: Change, facts: PurgeFacts, hasTags: boolean): Forgotten {
  const own = facts.hosts.flatMap((host) =>
    [...HOME_PAGES, ...HOME_DOCUMENTS].map((path) => `${originOfHost(host)}${path}`),
  )
  if (!isAboutEverything(change)) return { urls: own, tags: [] }
  const actors = [...facts.actors.values()].map((actor) => touchedByActor(actor, 'edited', hasTags))
  const posts = facts.latestPostIds.flatMap((id) => {
    const post = facts.posts.get(id)
    return post === undefined ? [] : [objectOf(post, hasTags)]
  })
  return together([{ urls: own, tags: [] }, ...actors, ...posts])
}

const withFirstPage = (uri: string): string[] => [uri, collectionPageUri(uri, FIRST_PAGE)]

const withFeeds = (page: string): string[] => [page, ...FEEDS.map((ending) => `${page}${ending}`)]
