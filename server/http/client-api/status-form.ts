/** What a client sends to write or edit a status, and what becomes of it. */
import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { dateOf } from '../../activitypub/json.ts'
import type { StatusVisibility } from '../../contracts/account.ts'
import { resolveMentions } from '../../activitypub/resolve-mentions.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import type { Row, Visibility } from '../../db/tables.ts'
import type { PostText } from '../../domain/posts/compose-post.ts'
import type { PostDraft } from '../../domain/posts/create-post.ts'
import { getVisiblePost } from '../../domain/posts/find-post.ts'
import { type PollDraft, checkPoll } from '../../domain/polls/poll-draft.ts'
import { visibilityOfName } from '../../domain/posts/visibility-name.ts'
import type { Api } from './api.ts'

/** Far above what a post may hold; the domain counts characters. */
const MAX_TEXT = 100_000
const MAX_MEDIA = 16

const Visibilities = Type.Union([
  Type.Literal('public'),
  Type.Literal('unlisted'),
  Type.Literal('private'),
  Type.Literal('direct'),
])

export const QuotePolicies = Type.Union([
  Type.Literal('public'),
  Type.Literal('followers'),
  Type.Literal('nobody'),
])

const TEXT_MEMBERS = {
  status: Type.Optional(Type.String({ maxLength: MAX_TEXT })),
  spoiler_text: Type.Optional(Type.String({ maxLength: MAX_TEXT })),
  sensitive: Type.Optional(Type.Boolean()),
  language: Type.Optional(Type.String({ maxLength: 40 })),
  media_ids: Type.Optional(Type.Array(Type.String({ maxLength: 20 }), { maxItems: MAX_MEDIA })),
  quote_approval_policy: Type.Optional(QuotePolicies),
  poll: Type.Optional(
    Type.Object({
      options: Type.Optional(Type.Array(Type.String({ maxLength: 1_000 }), { maxItems: 50 })),
      /** Seconds. */
      expires_in: Type.Optional(Type.Integer()),
      multiple: Type.Optional(Type.Boolean()),
      hide_totals: Type.Optional(Type.Boolean()),
    }),
  ),
}

export const NewStatusForm = Type.Object({
  ...TEXT_MEMBERS,
  in_reply_to_id: Type.Optional(Type.String({ maxLength: 40 })),
  visibility: Type.Optional(Visibilities),
  scheduled_at: Type.Optional(Type.String({ maxLength: 60 })),
  quoted_status_id: Type.Optional(Type.String({ maxLength: 40 })),
})

export const EditedStatusForm = Type.Object({
  ...TEXT_MEMBERS,
  media_attributes: Type.Optional(
    Type.Array(
      Type.Object({
        id: Type.String({ maxLength: 20 }),
        description: Type.Optional(Type.String({ maxLength: 20_000 })),
        focus: Type.Optional(Type.String({ maxLength: 60 })),
        /** The name of a file in the same form. */
        thumbnail: Type.Optional(Type.String({ maxLength: 60 })),
      }),
      { maxItems: MAX_MEDIA },
    ),
  ),
})

type TextForm = Static<typeof NewStatusForm>

/** The text of a post; whom it mentions is not known yet. */
function plainTextOf(author: Row<'actors'>, form: TextForm): Omit<PostText, 'mentions'> {
  return {
    text: form.status ?? '',
    summary: form.spoiler_text ?? '',
    isSensitive: form.sensitive ?? author.default_sensitive,
    language: form.language ?? null,
  }
}

/**
 * The form of an edit with what it leaves out and does not mean to take away. Apps send the whole post: to them a warning that
 * is left out is taken away, and with `media_ids` so is a text. A form that names neither text nor files is about something
 * else, as of a script that hides a picture: text and warning stay. Whether it is sensitive stays where it is not said, unless
 * only the warning made it so. Files and polls are for the route: they stay until they are named, empty lists included.
 */
export function wholeEdit(
  post: Pick<Row<'posts'>, 'summary' | 'is_sensitive' | 'language'>,
  sourceText: string,
  form: Static<typeof EditedStatusForm>,
): TextForm {
  const isAboutElse = form.status === undefined && form.media_ids === undefined
  const status = isAboutElse ? sourceText : form.status
  const summary = form.spoiler_text ?? (isAboutElse ? post.summary : '')
  const isOnlyWarned = post.summary !== '' && summary === ''
  return {
    ...form,
    ...(status === undefined ? {} : { status }),
    spoiler_text: summary,
    sensitive: form.sensitive ?? (post.is_sensitive && !isOnlyWarned),
    language: form.language ?? post.language ?? '',
  }
}

/** The text of a post with its mentions found, which may ask other servers. */
export async function postTextOf(api: Api, author: Row<'actors'>, form: TextForm): Promise<PostText> {
  const text = plainTextOf(author, form)
  return { ...text, mentions: await resolveMentions(api.context, author, [text.text, text.summary]) }
}

/** All that a new post is made of, but whom it mentions. @throws HomebirdError UNPROCESSABLE, NOT_FOUND */
export async function newPostOf(
  api: Api,
  request: FastifyRequest,
  author: Row<'actors'>,
  form: Static<typeof NewStatusForm>,
): Promise<Omit<PostDraft, 'mentions'>> {
  return {
    ...plainTextOf(author, form),
    author,
    visibility: visibilityOf(form.visibility, author),
    inReplyToId: await parentOf(api, author.id, form.in_reply_to_id),
    attachmentIds: mediaIdsOf(form.media_ids) ?? [],
    applicationId: request.access?.grant?.app.id ?? null,
    poll: pollDraftOf(form) ?? null,
    quotedId: await quotedOf(api, author.id, form.quoted_status_id),
    quotePolicy: form.quote_approval_policy,
  }
}

/** @throws HomebirdError NOT_FOUND */
async function quotedOf(api: Api, authorId: string, id: string | undefined): Promise<string | null> {
  return id === undefined || id === '' ? null : (await getVisiblePost(api.context.db, authorId, id)).id
}

/** Replies to a boost are replies to what it carries. @throws HomebirdError NOT_FOUND */
async function parentOf(api: Api, authorId: string, id: string | undefined): Promise<string | null> {
  if (id === undefined || id === '') return null
  const parent = await getVisiblePost(api.context.db, authorId, id)
  return parent.boost_of_id ?? parent.id
}

/**
 * When a post is to be published: null where nothing is said, or a moment that has passed already; then it is now.
 * @throws HomebirdError UNPROCESSABLE for what is no moment
 */
export function scheduledMomentOf(text: string | undefined, now: Date): Date | null {
  if (text === undefined || text === '') return null
  const moment = momentOf(text)
  return moment <= now ? null : moment
}

/** @throws HomebirdError UNPROCESSABLE for what is no moment */
export function momentOf(text: string): Date {
  const moment = dateOf(text)
  if (moment !== null) return moment
  throw new HomebirdError('UNPROCESSABLE', `${text} is no moment`, {
    safe: 'Validation failed: Scheduled at is no valid date',
  })
}

/**
 * Undefined where the form says nothing of a poll; null where it says that there is to be none: no options.
 * @throws HomebirdError UNPROCESSABLE as `checkPoll`
 */
export function pollDraftOf({ poll }: TextForm): PollDraft | null | undefined {
  if (poll?.options === undefined) return undefined
  const options = poll.options.filter((title) => title.trim() !== '')
  if (options.length === 0) return null
  return checkPoll({
    options,
    expiresInSeconds: poll.expires_in ?? 0,
    isMultiple: poll.multiple ?? false,
    hidesTotals: poll.hide_totals ?? false,
  })
}

/** @throws HomebirdError UNPROCESSABLE for what is no id of an upload */
export function mediaIdsOf(ids: readonly string[] | undefined): string[] | undefined {
  if (ids === undefined) return undefined
  const flawed = ids.find((id) => !isRowId(id))
  if (flawed === undefined) return [...ids]
  throw new HomebirdError('UNPROCESSABLE', `${flawed} is no id of an upload`, {
    safe: 'Validation failed: media_ids holds what is no id',
  })
}

/**
 * `x,y`, each from -1 to 1; what is beyond is brought back.
 * @throws HomebirdError UNPROCESSABLE for what is no such pair
 */
export function focusOf(text: string | undefined): { x: number; y: number } | undefined {
  if (text === undefined || text.trim() === '') return undefined
  const parts = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  const [x, y] = parts
  if (parts.length === 2 && x !== undefined && y !== undefined && Number.isFinite(x) && Number.isFinite(y)) {
    return { x, y }
  }
  throw new HomebirdError('UNPROCESSABLE', `${JSON.stringify(text.slice(0, 60))} is no focus`, {
    safe: 'Validation failed: Focus must be two numbers, such as 0.0,0.5',
  })
}

function visibilityOf(name: StatusVisibility | undefined, author: Row<'actors'>): Visibility {
  return name === undefined ? author.default_visibility : visibilityOfName(name)
}
