/** What is sent of a draft when it becomes a post. */
import type { MediaEdit, NewPost, PostChange } from '../api/posts.ts'
import type { Draft } from './draft.ts'

export function postOfDraft(draft: Draft): NewPost {
  const { poll } = draft
  return {
    text: draft.text,
    warning: draft.hasWarning ? draft.warning : '',
    isSensitive: draft.isSensitive,
    language: draft.language,
    mediaIds: draft.media.flatMap(({ id }) => (id === null ? [] : [id])),
    poll: poll === null ? null : { ...poll, options: poll.options.filter((one) => one.trim() !== '') },
    quotePolicy: draft.quotePolicy,
    visibility: draft.visibility,
    inReplyToId: draft.replyTo?.id ?? null,
    quotedId: draft.quote?.id ?? null,
    idempotencyKey: draft.idempotencyKey,
  }
}

export function changeOfDraft(draft: Draft): PostChange {
  return { ...postOfDraft(draft), isPollChanged: draft.isPollChanged, mediaEdits: mediaEditsOf(draft) }
}

/** New descriptions and focal points for the files of a post that is changed. */
function mediaEditsOf(draft: Draft): MediaEdit[] {
  return draft.media.flatMap(({ id, description, focus }) =>
    id === null ? [] : [{ id, description, focus }],
  )
}
