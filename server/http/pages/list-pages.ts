/** Lists of posts that are looked for: under a hashtag, of one identity or of the home, and by words. */
import type { Status } from '../../contracts/status.ts'
import { offersFeeds } from '../../domain/owner/page-switches.ts'
import { type Html, markup } from '../../domain/text/markup.ts'
import type { Alternate, Page } from './layout.ts'
import { type PageLinks, pagerOf } from './parts/paging.ts'
import type { PostScope } from './parts/post-text.ts'
import { postOf } from './parts/post.ts'
import { nameOf } from './parts/who.ts'
import { profilePath, searchForm, smallHost } from './profile-page.ts'
import type { Host } from './view.ts'
import { WORDS } from './words.ts'

export interface TagFacts {
  /** Canonical, without the sign. */
  readonly hashtag: string
  /** Whose posts; null for all identities of the home. */
  readonly host: Host | null
  readonly scope: PostScope
  readonly statuses: readonly Status[]
  readonly links: PageLinks
  readonly isFirst: boolean
}

export function tagPage({ hashtag, host, scope, statuses, links, isFirst }: TagFacts): Page {
  const name = `#${hashtag}`
  const path = host === null ? '/tags' : `${profilePath(host)}/tagged`
  const url = `${scope.origin}${path}/${encodeURIComponent(hashtag)}`
  const title = host === null ? name : `${name} · ${nameOf(host.account)} (${host.handle})`
  return {
    head: {
      title,
      canonical: host === null && isFirst ? url : undefined,
      alternates: host === null || offersFeeds(host.actor) ? feedsOf(url) : [],
      // All of them have to want it.
      isIndexable: host === null && isFirst && statuses.every(({ account }) => account.indexable),
      older: links.older ?? undefined,
      newer: links.newer ?? undefined,
    },
    body: markup`${host !== null && smallHost(host)}<h1 class="top-line"><bdi>${name}</bdi></h1>${listOf(scope, statuses, WORDS.profile.noneOlder)}${pagerOf(links)}`,
  }
}

const feedsOf = (url: string): Alternate[] => [
  { type: 'application/rss+xml', href: `${url}.rss`, title: 'RSS' },
  { type: 'application/atom+xml', href: `${url}.atom`, title: 'Atom' },
  { type: 'application/feed+json', href: `${url}/feed.json`, title: 'JSON Feed' },
]

export interface SearchFacts {
  readonly host: Host
  readonly typed: string
  /** Null where nothing was asked for yet. */
  readonly statuses: readonly Status[] | null
  readonly links: PageLinks
}

export function searchPage({ host, typed, statuses, links }: SearchFacts): Page {
  const { search } = WORDS
  return {
    head: { title: `${search.label} · ${nameOf(host.account)} (${host.handle})`, isIndexable: false },
    body: markup`${smallHost(host)}<h1 class="top-line">${search.label}</h1>${searchForm(host, typed)}${statuses === null ? markup`<p class="empty">${search.hint}</p>` : listOf(host.scope, statuses, search.none)}${pagerOf(links)}`,
  }
}

function listOf(scope: PostScope, statuses: readonly Status[], none: string): Html {
  if (statuses.length === 0) return markup`<p class="empty">${none}</p>`
  return markup`<section class="list h-feed">${statuses.map((status) => postOf(scope, status))}</section>`
}
