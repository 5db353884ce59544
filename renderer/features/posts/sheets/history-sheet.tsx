/** Every version of a post that was changed, the newest first. */
import { useQuery } from '@tanstack/react-query'
import type { StatusEdit } from '../../../../server/contracts/status.ts'
import { listVersions } from '../../../api/post-acts.ts'
import { Dialog } from '../../../components/dialog.tsx'
import { EmojiText } from '../../../components/emoji-text.tsx'
import { PostHtml } from '../../../components/post-html.tsx'
import text from '../../../components/post-text.module.css'
import { QueryState } from '../../../components/query-state.tsx'
import { QuotedMedia } from '../../../components/quoted-media.tsx'
import { useServices } from '../../../hooks/use-services.ts'
import { formatMoment } from '../../../formatting/moments.ts'
import { useText } from '../../../hooks/use-text.ts'
import styles from './sheets.module.css'

interface HistorySheetProps {
  readonly postId: string
  readonly onClose: () => void
}

export function HistorySheet({ postId, onClose }: HistorySheetProps) {
  const t = useText()
  const { api, posts } = useServices()
  const post = posts.get(postId)
  const versions = useQuery({
    queryKey: ['versions', postId, post?.edited_at ?? ''],
    queryFn: async () => listVersions(api, postId),
  })
  return (
    <Dialog title={t('sheets.history')} isWide onClose={onClose}>
      <QueryState query={versions}>
        {(known) => (
          <ol className={styles.versions}>
            {known.toReversed().map((version, index) => (
              <li key={version.created_at} className={styles.version}>
                <Version
                  version={version}
                  what={index === 0 ? 'now' : index === known.length - 1 ? 'first' : 'between'}
                />
              </li>
            ))}
          </ol>
        )}
      </QueryState>
    </Dialog>
  )
}

interface VersionProps {
  readonly version: StatusEdit
  readonly what: 'now' | 'first' | 'between'
}

function Version({ version, what }: VersionProps) {
  const t = useText()
  const { poll, media_attachments: media, spoiler_text: warning } = version
  return (
    <>
      <h3 className={styles.when}>
        <time dateTime={version.created_at}>
          {formatMoment(t.locale, version.created_at, { dateStyle: 'medium', timeStyle: 'short' })}
        </time>
        {what === 'between' ? null : <span> · {t(`sheets.version_${what}`)}</span>}
      </h3>
      {warning === '' ? null : (
        <p dir="auto" className={styles.warning}>
          {t('post.warning')} <EmojiText text={warning} emojis={version.emojis} />
        </p>
      )}
      <div className={text.text} dir="auto">
        <PostHtml html={version.content} emojis={version.emojis} mentions={[]} />
      </div>
      {poll === null ? null : (
        <ul className={styles.asked} dir="auto">
          {poll.options.map(({ title }, place) => (
            // oxlint-disable-next-line react/no-array-index-key -- the options of a version never change
            <li key={place}>{title}</li>
          ))}
        </ul>
      )}
      {media.length === 0 ? null : version.sensitive ? (
        <p className={styles.help}>{t('quote.has_media', { count: media.length })}</p>
      ) : (
        <QuotedMedia media={media} />
      )}
    </>
  )
}
