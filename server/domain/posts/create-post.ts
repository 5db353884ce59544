/** Writes a post of this home: the row, what hangs on it, and all that it causes here, in one transaction. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import type { QuotePolicy, Row, Visibility } from '../../db/tables.ts'
import { wakeWorker } from '../../db/transaction.ts'
import { ownEmojisIn } from '../emojis/own-emojis-in.ts'
import type { Home } from '../owner/home.ts'
import { refuseMoved } from '../moves/refuse-moved.ts'
import { nextId } from '../owner/identities.ts'
import { postPageUrl, postUri } from '../owner/own-uris.ts'
import { createOwnPoll } from '../polls/own-poll.ts'
import type { PollDraft } from '../polls/poll-draft.ts'
import { type Quotable, getQuotable, insertOwnQuote, refused } from '../quotes/own-quotes.ts'
import { policyColumns } from '../quotes/quote-policy.ts'
import { visiblePosts } from './can-see.ts'
import { type ComposedPost, type PostText, type QuotedPage, composePost } from './compose-post.ts'
import { indexNewPost, indexPosts } from '../search/index-posts.ts'
import { countNewPosts } from './ingest-counts.ts'
import { keepLetter, spreadAtHome, tellIdentities, tellMentioned } from './local-effects.ts'
import { claimAttachments, setHashtags, setMentions } from './post-parts.ts'

export interface PostDraft extends PostText {
  /** An identity of this home. */
  readonly author: Row<'actors'>
  readonly visibility: Visibility
  readonly inReplyToId: string | null
  /** Uploads of the author, in order. */
  readonly attachmentIds: readonly string[]
  readonly applicationId: string | null
  readonly poll?: PollDraft | null
  /** The post that this one quotes. */
  readonly quotedId?: string | null
  /** Who may quote it; left out, what the author chose for all posts. */
  readonly quotePolicy?: QuotePolicy | undefined
}

/**
 * The post is born `new`; Stator fans it out.
 * @throws HomebirdError UNPROCESSABLE for an empty or too long post, for attachments that cannot be used, a poll that cannot
 *   be one and what is not to be quoted, NOT_FOUND for a reply to or a quote of what the author cannot see, FORBIDDEN for an author who has
 *   moved
 */
export async function createPost(
  tx: Transaction,
  home: Pick<Home, 'origin'>,
  draft: PostDraft,
  now: Date,
): Promise<Row<'posts'>> {
  const { author } = draft
  refuseMoved(author)
  const quoted =
    draft.quotedId === null || draft.quotedId === undefined
      ? null
      : await getQuotable(tx, author, draft.quotedId)
  const composed = composePost(author, draft, draft.attachmentIds.length, pageOf(quoted))
  const parent = draft.inReplyToId === null ? null : await getParent(tx, author.id, draft.inReplyToId)
  const id = await nextId(tx)
  const mentioned = composed.mentioned.map((actor) => actor.id)
  const visibility = quoted === null ? draft.visibility : visibilityOfQuote(draft, quoted, mentioned)
  const post = await insertPost(tx, home, { id, draft: { ...draft, visibility }, composed, parent, now })
  if (mentioned.length > 0) await setMentions(tx, id, mentioned)
  if (composed.hashtags.length > 0) await setHashtags(tx, id, composed.hashtags)
  await claimAttachments(tx, id, author.id, draft.attachmentIds)
  if (draft.poll) await createOwnPoll(tx, id, draft.poll, now)
  if (quoted !== null) await insertOwnQuote(tx, author, post, quoted)
  await index(tx, post, draft, composed)
  await countNewPosts(tx, [id], parent !== null)
  await tellMentioned(tx, post, mentioned)
  if (quoted !== null) await tellQuoted(tx, post, quoted)
  if (visibility === 'direct') await keepLetter(tx, post)
  await spreadAtHome(tx, id, 'post')
  await wakeWorker(tx, 'posts')
  return post
}

/** What is known here is not read again; of files and of a poll only the database knows what they became. */
async function index(
  tx: Transaction,
  post: Row<'posts'>,
  draft: PostDraft,
  composed: ComposedPost,
): Promise<void> {
  if (draft.attachmentIds.length > 0 || draft.poll) return indexPosts(tx, [post.id])
  await indexNewPost(tx, post, {
    hashtags: composed.hashtags.map(({ name }) => name),
    mentionedIds: composed.mentioned.map((actor) => actor.id),
    isQuote: draft.quotedId !== null && draft.quotedId !== undefined,
  })
}

const pageOf = (quoted: Quotable | null): QuotedPage | null =>
  quoted === null ? null : { url: quoted.page_url ?? quoted.uri }

/**
 * What is for followers is quoted among them only.
 * @throws HomebirdError UNPROCESSABLE for a direct post that shows somebody's words behind their back
 */
function visibilityOfQuote(draft: PostDraft, quoted: Quotable, mentioned: readonly string[]): Visibility {
  const isOwn = quoted.author_id === draft.author.id
  if (draft.visibility === 'direct' && !isOwn && !mentioned.includes(quoted.author_id)) {
    throw refused(
      `post ${quoted.id} is quoted in a direct post that does not mention its author`,
      'a direct post must mention whom it quotes',
    )
  }
  return quoted.visibility === 'followers' && draft.visibility !== 'direct' ? 'followers' : draft.visibility
}

/** An identity of this home that may see the quote is told; whoever is elsewhere is told by their own server. */
async function tellQuoted(tx: Transaction, post: Row<'posts'>, quoted: Quotable): Promise<void> {
  if (post.visibility !== 'public' && post.visibility !== 'unlisted') return
  await tellIdentities(tx, [
    { actorId: quoted.author_id, kind: 'quote', fromActorId: post.author_id, postId: post.id },
  ])
}

interface PostParts {
  readonly id: string
  readonly draft: PostDraft
  readonly composed: ComposedPost
  readonly parent: Parent | null
  readonly now: Date
}

async function insertPost(
  tx: Transaction,
  home: Pick<Home, 'origin'>,
  { id, draft, composed, parent, now }: PostParts,
): Promise<Row<'posts'>> {
  const { author } = draft
  const origin = home.origin(author.host)
  const texts = [composed.contentSource, composed.summary, ...(draft.poll?.options ?? [])]
  return tx
    .insertInto('posts')
    .values({
      id,
      uri: postUri(origin, id),
      page_url: postPageUrl(origin, author.username, id),
      author_id: author.id,
      is_local: true,
      kind: draft.poll ? 'Question' : 'Note',
      content_html: composed.contentHtml,
      content_source: composed.contentSource,
      content_text: composed.contentText,
      summary: composed.summary,
      is_sensitive: composed.isSensitive,
      language: composed.language,
      emojis: JSON.stringify(await ownEmojisIn(tx, texts)),
      visibility: draft.visibility,
      in_reply_to_id: parent?.id ?? null,
      in_reply_to_uri: parent?.uri ?? null,
      in_reply_to_author_id: parent?.author_id ?? null,
      conversation_id: parent?.conversation_id ?? id,
      application_id: draft.applicationId,
      ...policyColumns(draft.quotePolicy ?? author.default_quote_policy, draft.visibility),
      published_at: now,
      created_at: now,
      state: 'new',
      state_priority: 0,
      state_next_attempt_at: sql<Date>`now()`,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

type Parent = Pick<Row<'posts'>, 'id' | 'uri' | 'author_id' | 'conversation_id'>

/** What cannot be seen is answered like what does not exist. */
async function getParent(tx: Transaction, authorId: string, postId: string): Promise<Parent> {
  const parent = await tx
    .selectFrom('posts')
    .select(['id', 'uri', 'author_id', 'conversation_id', 'boost_of_id'])
    .where('id', '=', postId)
    .where(visiblePosts(authorId))
    .executeTakeFirst()
  if (parent === undefined) throw new HomebirdError('NOT_FOUND', `there is no post ${postId} to reply to`)
  return parent.boost_of_id === null ? parent : getParent(tx, authorId, parent.boost_of_id)
}
