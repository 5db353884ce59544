/** What a client sends to write or edit a status, and what becomes of it. */
import { type Static, Type } from 'typebox'
import type { StatusVisibility } from '../../contracts/account.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import type { Row, Visibility } from '../../db/tables.ts'
import type { PostText } from '../../domain/posts/compose-post.ts'
import { type PollDraft, checkPoll } from '../../domain/polls/poll-draft.ts'
import { visibilityOfName } from '../../domain/posts/visibility-name.ts'
import type { Api } from './api.ts'
import { resolveMentions } from './resolve-mentions.ts'

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

export const EditedStatusForm = Type.Object(TEXT_MEMBERS)

type TextForm = Static<typeof EditedStatusForm>

/** The text of a post with its mentions found, which may ask other servers. */
export async function postTextOf(api: Api, author: Row<'actors'>, form: TextForm): Promise<PostText> {
  const text = form.status ?? ''
  const summary = form.spoiler_text ?? ''
  return {
    text,
    summary,
    isSensitive: form.sensitive ?? author.default_sensitive,
    language: form.language ?? null,
    mentions: await resolveMentions(api, author, [text, summary]),
  }
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

/** A post that would come out other than it was meant is not written at all. */
export function refuseUnsupported(what: string, isAsked: boolean): void {
  if (!isAsked) return
  throw new HomebirdError('UNPROCESSABLE', `${what} were asked for`, {
    safe: `Validation failed: ${what} are not supported by this home yet`,
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

export function visibilityOf(name: StatusVisibility | undefined, author: Row<'actors'>): Visibility {
  return name === undefined ? author.default_visibility : visibilityOfName(name)
}
