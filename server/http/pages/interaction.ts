/**
 * Where other servers send a visitor who wants to follow or answer somebody from this home (`{uri}` of WebFinger's
 * subscribe link). Whoever comes is a stranger to this listener: nothing is fetched, nobody is led elsewhere, and the
 * owner is told how to go on in the window.
 * @see security rule 55; FEP-07d7 (web+ap)
 */
import { parseWebfingerResource } from '../../activitypub/webfinger.ts'
import { HomebirdError } from '../../core/errors.ts'
import { findRemoteUrl } from '../../net/origin.ts'
import { markup } from '../../domain/text/markup.ts'
import type { Page } from './layout.ts'
import { sheetPage } from './message-page.ts'

interface Wanted {
  /** What to paste into a search. */
  readonly text: string
  /** Opens it in a program that has said it knows such links; null where there is no such form. */
  readonly link: string | null
}

/** @throws HomebirdError BAD_REQUEST for what is neither a handle nor an https address */
export function interactionPage(uri: unknown): Page {
  const wanted = wantedOf(uri)
  if (wanted === null) {
    throw new HomebirdError('BAD_REQUEST', 'nobody can be followed at such an address', {
      safe: 'This address names nobody who could be followed.',
    })
  }
  const open = wanted.link !== null && markup`<p><a href="${wanted.link}">Open it in Homebird</a></p>`
  return sheetPage(
    'Go on in your window',
    markup`<p>You came from another server to follow or answer:</p><p><code class="code"><bdi>${wanted.text}</bdi></code></p><p>If this home is yours, paste that into the search of your window or your app.</p>${open}<p class="meta">If it is not, give the other server the name of your own.</p>`,
  )
}

/** The address as it is spelled canonically: its host in letters that cannot be mistaken. */
function wantedOf(uri: unknown): Wanted | null {
  const parsed = parseWebfingerResource(uri)
  if (parsed === null) return null
  if (parsed.kind === 'acct') return { text: `@${parsed.username}@${parsed.host}`, link: null }
  const url = findRemoteUrl(parsed.uri)
  if (url === undefined) return null
  return { text: url.href, link: url.href.replace(/^https:/, 'web+ap:') }
}
