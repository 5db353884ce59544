/** A post that waits for its time as the draft that it was. */
import type { ScheduledStatus } from '../../server/contracts/scheduled-status.ts'
import { type DraftChange, mediaFromAttachment } from './draft.ts'

export function draftOfScheduled({
  params,
  scheduled_at: moment,
  media_attachments: media,
}: ScheduledStatus) {
  const { poll } = params
  const target = (id: string | null) => (id === null ? null : { id, acct: '', displayName: '' })
  return {
    text: params.text,
    warning: params.spoiler_text,
    hasWarning: params.spoiler_text !== '',
    isSensitive: params.sensitive,
    visibility: params.visibility,
    language: params.language,
    isLanguageChosen: params.language !== null,
    media: media.map(mediaFromAttachment),
    poll:
      poll === null
        ? null
        : {
            options: poll.options,
            expiresInSeconds: poll.expires_in,
            isMultiple: poll.multiple,
            hidesTotals: poll.hide_totals,
          },
    replyTo: target(params.in_reply_to_id),
    quote: target(params.quoted_status_id),
    quotePolicy: params.quote_approval_policy,
    scheduledAt: moment,
  } satisfies DraftChange
}
