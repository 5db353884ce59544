/**
 * The page of one post within its thread: what it answers above, what answers it below. Posts of others stand there as far
 * as strangers may see them, as the copies that are here: marked as of others, each with a link to where it was written
 * that vouches for nothing, their pictures through this home, and not for search engines to quote.
 * @see security rules 28, 48, 65
 */
import type { Status } from '../../contracts/status.ts'
import { htmlToPlainText } from '../../domain/text/plain-text.ts'
import { shortenText } from '../../domain/text/shorten.ts'
import { markup } from '../../domain/text/markup.ts'
import type { Page } from './layout.ts'
import { postDescription, postFacts } from './open-graph.ts'
import { mainPostOf, postOf } from './parts/post.ts'
import { nameOf } from './parts/who.ts'
import type { Host } from './view.ts'
import { WORDS } from './words.ts'

export interface PostFacts {
  readonly host: Host
  readonly post: Status
  /** The first post of the thread first. */
  readonly ancestors: readonly Status[]
  /** In reading order. */
  readonly descendants: readonly Status[]
}

const MOST_DEPTH = 4
const TITLE_LENGTH = 80

export function postPage({ host, post, ancestors, descendants }: PostFacts): Page {
  const { account } = post
  const scope = { ...host.scope, hostId: null }
  const depths = depthsOf(post, descendants)
  const urls = new Map([...ancestors, post, ...descendants].map(({ id, url, uri }) => [id, url ?? uri]))
  const answersOf = ({ in_reply_to_id: id }: Status): string | undefined => urls.get(id ?? '')
  const act = markup`<a class="button plain act" href="/@${account.username}/${post.id}/act">${WORDS.post.act}</a>`
  const above =
    ancestors.length > 0 &&
    markup`<section class="above" aria-label="${WORDS.post.answersAbove}">${ancestors.map((one) => postOf(scope, one, { answers: answersOf(one) }))}</section>`
  const below =
    descendants.length > 0 &&
    markup`<section class="below" aria-labelledby="answers"><h2 id="answers" class="section">${WORDS.post.answers}</h2>${descendants.map((one) => postOf(scope, one, { depth: depths.get(one.id) ?? 0, answers: answersOf(one) }))}</section>`
  return {
    head: {
      title: titleOf(post),
      description: postDescription(post) || undefined,
      facts: postFacts(host, post),
      canonical: post.url ?? post.uri,
      alternates: [
        { type: 'application/activity+json', href: post.uri },
        { type: 'application/json+oembed', href: oembedUrl(host, post) },
      ],
      creator: host.handle,
      // Who wants no post in lists does not want one in those of search engines.
      isIndexable: account.indexable && post.visibility === 'public',
    },
    body: markup`<h1 class="hidden">${WORDS.post.by(nameOf(account))}</h1><div class="thread">${above}${mainPostOf(scope, post, act, { answers: answersOf(post) })}${below}</div>`,
  }
}

const oembedUrl = ({ origin }: Host, { url, uri }: Status): string =>
  `${origin}/api/oembed?url=${encodeURIComponent(url ?? uri)}`

const wordsOf = ({ content }: Status): string => htmlToPlainText(content).replaceAll(/\s+/g, ' ')

/** Behind a warning the words stay, in the title too. */
function titleOf(post: Status): string {
  const words = post.spoiler_text || wordsOf(post)
  const name = nameOf(post.account)
  if (words === '') return WORDS.post.by(name)
  return `${name}: “${shortenText(words, TITLE_LENGTH)}”`
}

/** How far each reply is moved in: answers to the post itself are not. */
function depthsOf(post: Status, descendants: readonly Status[]): ReadonlyMap<string, number> {
  const depths = new Map<string, number>([[post.id, -1]])
  for (const { id, in_reply_to_id: answered } of descendants) {
    depths.set(id, Math.min(MOST_DEPTH, (depths.get(answered ?? '') ?? -1) + 1))
  }
  return depths
}
