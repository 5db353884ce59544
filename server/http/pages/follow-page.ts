/**
 * For visitors who have a home elsewhere: they write their own address, and are shown the way to their own server, where
 * they go on. Nobody is led away without having read where to.
 * @see security rule 55
 */
import type { VisitorServer } from '../../activitypub/visitor-server.ts'
import { type Html, markup } from '../../domain/text/markup.ts'
import type { Page } from './layout.ts'
import { nameOf } from './parts/who.ts'
import { smallHost } from './profile-page.ts'
import type { Host } from './view.ts'
import { WORDS } from './words.ts'

export interface VisitFacts {
  readonly host: Host
  /** To follow the person, or to answer, boost or like a post. */
  readonly purpose: 'follow' | 'act'
  /** Of the page itself: the form is sent there. */
  readonly path: string
  /** What somebody pastes into a search of their own: a handle, or the address of the post. */
  readonly target: string
}

export function visitPage(facts: VisitFacts, typed: string, problem: string | null): Page {
  const { host, path, target } = facts
  const { visit } = WORDS
  const wrong = problem !== null && markup`<p class="wrong" id="wrong" role="alert">${problem}</p>`
  const flaw = problem !== null && markup` aria-invalid="true" aria-describedby="wrong"`
  return sheetOf(
    facts,
    markup`<p>${visit.hint}</p>${wrong}<form method="post" action="${path}"><label for="address">${visit.label}</label><div class="row"><input id="address" type="text" name="address" value="${typed}" placeholder="${visit.example}" maxlength="300" required autocomplete="off" autocapitalize="none" spellcheck="false"${flaw}><button class="button">${visit.goOn}</button></div></form><h2>${visit.otherwise}</h2><p>${visit.paste}</p><p><code class="code"><bdi>${target}</bdi></code></p><p class="meta">${visit.noAccount}</p><p><a href="${backOf(host, facts)}">\u2190 ${visit.back}</a></p>`,
  )
}

export function leadPage(
  facts: VisitFacts,
  { host: server, url }: Extract<VisitorServer, { outcome: 'found' }>,
): Page {
  const { visit } = WORDS
  return sheetOf(
    facts,
    markup`<p>${visit.lead}</p><p><a class="button" href="${url}" rel="nofollow noopener noreferrer">${visit.goTo} <bdi>${server}</bdi></a></p><p class="meta">${visit.leadHint}</p><p><a href="${facts.path}">\u2190 ${visit.another}</a></p>`,
  )
}

/** What the visitor is told, and null for the one outcome that needs no words. */
export function problemOf(found: VisitorServer): string | null {
  const { visit } = WORDS
  switch (found.outcome) {
    case 'found':
      return null
    case 'unreadable':
      return visit.unreadable
    case 'own':
      return visit.own
    case 'unknown':
      return visit.unknown(found.host)
  }
}

function sheetOf({ host, purpose }: VisitFacts, body: Html): Page {
  const name = nameOf(host.account)
  const title = purpose === 'follow' ? WORDS.visit.follow(name) : WORDS.visit.act(name)
  return {
    head: { title, isIndexable: false },
    body: markup`${smallHost(host)}<section class="sheet"><h1>${title}</h1>${body}</section>`,
  }
}

const backOf = ({ actor }: Host, { purpose, path }: VisitFacts): string =>
  purpose === 'follow' ? `/@${actor.username}` : path.slice(0, path.lastIndexOf('/'))
