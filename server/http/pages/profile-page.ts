/** The page of one person: who they are, and one of the lists of what they wrote. */
import type { Account, AccountField } from '../../contracts/account.ts'
import type { Status } from '../../contracts/status.ts'
import { offersFeeds } from '../../domain/owner/page-switches.ts'
import { DEFAULT_HEADER_PATH } from '../../domain/media/default-images.ts'
import { linkShowingHost, soleLinkOf } from '../../domain/links/field-link.ts'
import { escapeHtml } from '../../domain/text/escape-html.ts'
import { findRemoteUrl } from '../../net/origin.ts'
import { type Html, markup, sanitised } from '../../domain/text/markup.ts'
import type { Alternate, Page } from './layout.ts'
import { emojiHtml, emojiText } from './parts/emoji.ts'
import { profileDescription, profileFacts } from './open-graph.ts'
import { galleryOf } from './parts/gallery.ts'
import { CHECK } from './parts/icons.ts'
import { type PageLinks, pagerOf } from './parts/paging.ts'
import { postOf } from './parts/post.ts'
import { nameHtml, nameOf, whoLink } from './parts/who.ts'
import type { Host } from './view.ts'
import { WORDS, dayWord, monthWord, numberWord } from './words.ts'

export type ProfileTab = 'posts' | 'replies' | 'media'

export interface ProfileFacts {
  readonly host: Host
  readonly tab: ProfileTab
  readonly showsFollows: boolean
  /** The last pinned first; on the first page of the posts only. */
  readonly pinned: readonly Status[]
  /** What strangers may see, newest first. */
  readonly statuses: readonly Status[]
  readonly links: PageLinks
  /** Whether something newer was left behind. */
  readonly isFirst: boolean
}

/** A link of an own profile says that its page is by the same person; whether that is so, the page has to say. */
const SAME_PERSON = 'me nofollow noopener noreferrer'

const PATHS: Readonly<Record<ProfileTab, string>> = { posts: '', replies: '/with_replies', media: '/media' }

export const profilePath = ({ actor }: Host): string => `/@${actor.username}`

export const tabPath = (host: Host, tab: ProfileTab): string => `${profilePath(host)}${PATHS[tab]}`

export function profilePage(facts: ProfileFacts): Page {
  const { host, tab, links, isFirst } = facts
  const { account, handle, actor } = host
  const isMain = tab === 'posts' && isFirst
  return {
    head: {
      title:
        tab === 'posts'
          ? `${nameOf(account)} (${handle})`
          : `${WORDS.tabs[tab]} · ${nameOf(account)} (${handle})`,
      description: profileDescription(host) || undefined,
      facts: profileFacts(host),
      canonical: isFirst ? `${account.url}${PATHS[tab]}` : undefined,
      alternates: [
        ...(isMain ? [{ type: 'application/activity+json', href: account.uri }] : []),
        ...(offersFeeds(actor) ? feedsOf(account) : []),
      ],
      creator: handle,
      me: isMain ? account.fields.flatMap(({ value }) => soleLinkOf(value) ?? []) : [],
      isIndexable: account.indexable && isFirst,
      older: links.older ?? undefined,
      newer: links.newer ?? undefined,
    },
    body: markup`${aboutHost(facts)}${tabsOf(host, tab)}${actor.offers_search && searchForm(host, '')}${pinnedOf(facts)}${listOf(facts)}${pagerOf(links)}`,
  }
}

function feedsOf({ url }: Account): Alternate[] {
  return [
    { type: 'application/rss+xml', href: `${url}.rss`, title: 'RSS' },
    { type: 'application/atom+xml', href: `${url}.atom`, title: 'Atom' },
    { type: 'application/feed+json', href: `${url}/feed.json`, title: 'JSON Feed' },
  ]
}

function aboutHost({ host, showsFollows }: ProfileFacts): Html {
  const { account, handle } = host
  const path = profilePath(host)
  const hasCover = !account.header.endsWith(DEFAULT_HEADER_PATH)
  const words = account.avatar_description || WORDS.profile.avatarOf(nameOf(account))
  return markup`<section class="h-card">${hasCover && markup`<img class="cover u-featured" src="${account.header}" alt="${account.header_description}" width="1500" height="500">`}<div class="top"><img class="avatar u-photo" src="${account.avatar}" alt="${words}" width="104" height="104">${account.moved === null && markup`<a class="button act" href="${path}/follow">${WORDS.profile.follow}</a>`}</div><h1 class="name"><a class="p-name u-url u-uid" rel="me" href="${path}"><bdi>${nameHtml(account)}</bdi></a></h1><p><bdi class="handle p-nickname">${handle}</bdi>${badgesOf(account)}</p>${movedOf(account)} ${account.note !== '' && markup`<div class="bio p-note" dir="auto">${emojiHtml(account.note, account.emojis)}</div>`}${fieldsOf(account)}${figuresOf(host, showsFollows)}</section>`
}

function badgesOf({ bot, group, memorial }: Account): Html {
  const { profile } = WORDS
  const badges = [bot && profile.bot, group && profile.group, memorial && profile.memorial]
  return markup`${badges.map((words) => words !== false && markup`<span class="badge">${words}</span>`)}`
}

function movedOf({ moved }: Account): Html | false {
  if (moved === null) return false
  const url = findRemoteUrl(moved.url)?.href
  const link = sanitised(url === undefined ? escapeHtml(moved.url) : linkShowingHost(url, SAME_PERSON))
  return markup`<p class="note">${WORDS.profile.movedTo} <bdi>@${moved.acct}</bdi>, ${link}</p>`
}

function fieldsOf({ fields, emojis }: Account): Html | false {
  if (fields.length === 0) return false
  const rows = fields.map(
    (field) =>
      markup`<div><dt><bdi>${emojiText(field.name, emojis)}</bdi></dt><dd dir="auto">${valueOf(field)}${proofOf(field)}</dd></div>`,
  )
  return markup`<dl class="fields">${rows}</dl>`
}

function valueOf({ value }: AccountField): Html {
  const link = soleLinkOf(value)
  return sanitised(link === null ? value : linkShowingHost(link, SAME_PERSON))
}

function proofOf({ verified_at: verifiedAt }: AccountField): Html | false {
  if (verifiedAt === null) return false
  return markup` <span class="sure">${CHECK}${WORDS.profile.confirmed(dayWord(verifiedAt))}</span>`
}

function figuresOf(host: Host, showsFollows: boolean): Html {
  const { account, scope } = host
  const { profile } = WORDS
  const path = profilePath(host)
  const figure = (count: number, words: string, href: string | null): Html => {
    const text = markup`<b>${numberWord(count)}</b> ${words}`
    return markup`<li>${href === null ? text : markup`<a href="${href}">${text}</a>`}</li>`
  }
  const { statuses_count: posts, following_count: following, followers_count: followers } = account
  const counts = markup`${figure(posts, profile.postsCount(posts), null)}${figure(following, profile.following, showsFollows ? `${path}/following` : null)}${figure(followers, profile.followers(followers), showsFollows ? `${path}/followers` : null)}`
  return markup`<ul class="facts">${scope.showsCounts && counts}<li>${profile.joined} <time datetime="${account.created_at}">${monthWord(account.created_at)}</time></li></ul>`
}

/** Above lists that belong to a person but are not their profile. */
export const smallHost = ({ account, scope }: Host): Html =>
  markup`<div class="small">${whoLink(scope, account)}</div>`

function tabsOf(host: Host, current: ProfileTab | null): Html {
  const links = (['posts', 'replies', 'media'] as const).map(
    (tab) =>
      markup`<a href="${tabPath(host, tab)}"${tab === current && markup` aria-current="page"`}>${WORDS.tabs[tab]}</a>`,
  )
  return markup`<nav class="tabs" aria-label="${WORDS.tabs.label}">${links}</nav>`
}

export function searchForm(host: Host, typed: string): Html {
  return markup`<form class="find" role="search" method="get" action="${profilePath(host)}/search"><label class="hidden" for="q">${WORDS.search.label}</label><div class="row"><input id="q" type="search" name="q" value="${typed}" maxlength="200" placeholder="${WORDS.search.label}"><button class="button plain">${WORDS.search.act}</button></div></form>`
}

function pinnedOf({ host, pinned }: ProfileFacts): Html | false {
  if (pinned.length === 0) return false
  return markup`<section class="list" aria-labelledby="pinned"><h2 id="pinned" class="hidden">${WORDS.profile.pinned}</h2>${pinned.map((status) => postOf(host.scope, status, { isPinned: true }))}</section>`
}

function listOf({ host, tab, statuses, isFirst }: ProfileFacts): Html {
  const title = markup`<h2 id="posts" class="hidden p-name">${tab === 'posts' ? WORDS.profile.newest : WORDS.tabs[tab]}</h2>`
  if (statuses.length === 0) {
    const none = tab === 'media' ? WORDS.profile.noMedia : WORDS.profile.none
    return markup`<section aria-labelledby="posts">${title}<p class="empty">${isFirst ? none : WORDS.profile.noneOlder}</p></section>`
  }
  const inner =
    tab === 'media' ? galleryOf(host.scope, statuses) : statuses.map((status) => postOf(host.scope, status))
  return markup`<section class="list h-feed" aria-labelledby="posts">${title}${inner}</section>`
}
