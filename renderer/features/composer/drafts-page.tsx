/** All drafts, the last changed first: opened in the composer, or thrown away with a way back. */
import { FilePen, Trash2 } from 'lucide-react'
import { useEffect } from 'react'
import { Button, IconButton } from '../../components/button.tsx'
import { LongList } from '../../components/long-list.tsx'
import { EmptyState, Page } from '../../components/page.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { useObservable } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { Text } from '../../i18n/i18n.ts'
import type { Draft } from '../../stores/draft.ts'
import styles from './lists.module.css'

export function DraftsPage() {
  const t = useText()
  const { drafts, keeper } = useServices()
  useObservable(drafts.view)
  // What other windows wrote meanwhile; without an answer the bar says that the home is away.
  useEffect(() => void keeper.refresh().catch(() => undefined), [keeper])
  const all = drafts.list()
  return (
    <Page title={t('writing.drafts')} note={t('writing.drafts_note')}>
      {all.length === 0 ? (
        <EmptyState icon={FilePen} title={t('writing.no_drafts')} help={t('writing.no_drafts_help')} />
      ) : (
        <LongList items={all} label={t('writing.drafts')}>
          {(draft) => <Row key={draft.id} draft={draft} />}
        </LongList>
      )}
    </Page>
  )
}

function Row({ draft }: { readonly draft: Draft }) {
  const t = useText()
  const { commands, drafts, keeper, undo } = useServices()
  const open = (): void => {
    drafts.open(draft.id)
    commands.dispatch('write')
  }
  const remove = (): void => {
    keeper.throwAway(draft.id)
    undo.offer({
      words: t('writing.draft_deleted'),
      undo: () => keeper.takeBack(draft),
      // A failure leaves it on the home: it is there again.
      commit: () => void keeper.remove(draft.id).catch(() => keeper.takeBack(draft)),
    })
  }
  const marks = marksOf(t, draft)
  return (
    <div className={styles.row}>
      <div className={styles.words}>
        {marks.length === 0 ? null : (
          <p className={styles.marks} dir="auto">
            {marks.join(' · ')}
          </p>
        )}
        <p className={styles.text} dir="auto">
          {draft.text.trim() === '' ? t('writing.no_text') : draft.text}
        </p>
        <p className={styles.meta}>
          <RelativeTime moment={new Date(draft.savedAtMs ?? 0).toISOString()} />
        </p>
      </div>
      <div className={styles.acts}>
        <Button onPress={open}>{t('writing.open')}</Button>
        <IconButton icon={Trash2} label={t('writing.delete_draft')} onPress={remove} />
      </div>
    </div>
  )
}

function marksOf(t: Text, { replyTo, quote, edit, media, hasWarning, warning }: Draft): string[] {
  const marks: string[] = []
  if (edit !== null) marks.push(t('writing.draft_edit'))
  else if (replyTo !== null)
    marks.push(t('writing.draft_reply', { name: replyTo.displayName || `@${replyTo.acct}` }))
  if (quote !== null) marks.push(t('writing.draft_quote', { name: quote.displayName || `@${quote.acct}` }))
  if (hasWarning && warning !== '') marks.push(warning)
  if (media.length > 0) marks.push(t('writing.draft_files', { count: media.length }))
  return marks
}
