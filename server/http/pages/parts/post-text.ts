/** The words of a post and the link to it, as every shape of a post has them. */
import type { Status } from '../../../contracts/status.ts'
import { type Html, markup } from '../../../domain/text/markup.ts'
import { emojiHtml } from './emoji.ts'
import { type WhoScope, linkTo } from './who.ts'

/** What the page around posts knows. */
export interface PostScope extends WhoScope {
  readonly showsCounts: boolean
  /** On this person's own page the name stands above once for all of their posts. */
  readonly hostId: string | null
}

export function textOf(status: Status): Html | false {
  if (status.content === '') return false
  const language = status.language !== null && markup` lang="${status.language}"`
  const quotes = status.quote !== null && ' quoting'
  return markup`<div class="e-content${quotes}" dir="auto"${language}>${emojiHtml(status.content, status.emojis)}</div>`
}

export function linkToPost(scope: PostScope, status: Status, words: Html): Html {
  return markup`<a class="u-url u-uid"${linkTo(status.url ?? status.uri, scope.origin)}>${words}</a>`
}
