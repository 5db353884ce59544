/** Lists of people: whom an identity follows, who follows it, who boosted or liked a post; and the page of a home of several. */
import type { Account } from '../../contracts/account.ts'
import { type Html, markup } from '../../domain/text/markup.ts'
import type { Page } from './layout.ts'
import { type PageLinks, pagerOf } from './parts/paging.ts'
import { type WhoScope, nameOf, whoLink } from './parts/who.ts'
import { smallHost } from './profile-page.ts'
import type { Host } from './view.ts'
import { WORDS } from './words.ts'

export interface PeopleFacts {
  readonly host: Host
  /** What the list is, and what is said where it is empty. */
  readonly title: string
  readonly none: string
  /** Null where the owner does not show it. */
  readonly accounts: readonly Account[] | null
  readonly links: PageLinks
  /** What it is a list of, where that is not the person above. */
  readonly back: readonly [path: string, words: string] | null
}

export function peoplePage({ host, title, none, accounts, links, back }: PeopleFacts): Page {
  const way = back !== null && markup`<p class="back"><a href="${back[0]}">\u2190 ${back[1]}</a></p>`
  const list = accounts === null || accounts.length === 0 ? null : listOf(host.scope, accounts)
  const empty = accounts === null ? WORDS.people.hidden(nameOf(host.account)) : none
  return {
    head: {
      title: `${title} · ${nameOf(host.account)} (${host.handle})`,
      isIndexable: false,
      older: links.older ?? undefined,
      newer: links.newer ?? undefined,
    },
    body: markup`${smallHost(host)}${way}<h1 class="top-line">${title}</h1>${list ?? markup`<p class="empty">${empty}</p>`}${pagerOf(links)}`,
  }
}

const listOf = (scope: WhoScope, accounts: readonly Account[]): Html =>
  markup`<ul class="people">${accounts.map((account) => markup`<li>${whoLink(scope, account)}</li>`)}</ul>`

export interface HomeFacts {
  readonly title: string
  /** Plain. */
  readonly description: string
  readonly scope: WhoScope
  /** Those who want to be found. */
  readonly accounts: readonly Account[]
}

/** The front page where nobody or several live. */
export function homePage({ title, description, scope, accounts }: HomeFacts): Page {
  const people =
    accounts.length > 0 &&
    markup`<section aria-labelledby="people"><h2 id="people" class="section">${WORDS.people.here}</h2>${listOf(scope, accounts)}</section>`
  return {
    head: { title, description, canonical: `${scope.origin}/`, isIndexable: true },
    body: markup`<section class="sheet"><h1><bdi>${title}</bdi></h1><p dir="auto">${description}</p></section>${people}`,
  }
}
