/** Posts that wait for their time: another time, back to a draft, or thrown away with a way back. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { CalendarClock, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { dateFormat } from '../../formatting/formatters.ts'
import type { ScheduledStatus } from '../../../server/contracts/scheduled-status.ts'
import { cancelScheduled, listScheduled, reschedule } from '../../api/scheduled.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { EmptyState, Page } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { localMoment, momentOfLocal } from '../../formatting/local-moment.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { draftOfScheduled } from '../../stores/draft-of-scheduled.ts'
import styles from './lists.module.css'

const KEY = ['scheduled']

export function ScheduledPage() {
  const t = useText()
  const { api } = useServices()
  const query = useQuery({ queryKey: KEY, queryFn: async () => listScheduled(api) })
  /** An answer that was asked for before may still name them. */
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set())
  const setThere = (id: string, isThere: boolean): void =>
    setGone((known) => new Set([...[...known].filter((one) => one !== id), ...(isThere ? [] : [id])]))
  return (
    <Page title={t('writing.scheduled')}>
      <QueryState query={query}>
        {(known) => {
          const all = known.filter(({ id }) => !gone.has(id))
          return all.length === 0 ? (
            <EmptyState
              icon={CalendarClock}
              title={t('writing.no_scheduled')}
              help={t('writing.no_scheduled_help')}
            />
          ) : (
            <ul className={styles.list}>
              {all
                .toSorted((a, b) => (a.scheduled_at < b.scheduled_at ? -1 : 1))
                .map((post) => (
                  <Row key={post.id} post={post} setThere={(isThere) => setThere(post.id, isThere)} />
                ))}
            </ul>
          )
        }}
      </QueryState>
    </Page>
  )
}

interface RowProps {
  readonly post: ScheduledStatus
  /** Whether it is in the list. */
  readonly setThere: (isThere: boolean) => void
}

function Row({ post, setThere }: RowProps) {
  const t = useText()
  const [isMoving, setMoving] = useState(false)
  const acts = useRowActs(post, setThere)
  const moment = dateFormat(t.locale, { dateStyle: 'full', timeStyle: 'short' }).format(
    new Date(post.scheduled_at),
  )
  return (
    <li className={styles.row}>
      <div className={styles.words}>
        <p className={styles.meta}>
          <time dateTime={post.scheduled_at}>{t('writing.scheduled_at', { moment })}</time>
        </p>
        <p className={styles.text} dir="auto">
          {post.params.text.trim() === '' ? t('writing.no_text') : post.params.text}
        </p>
        {post.failure === null ? null : (
          <p className={styles.flaw}>
            {t('writing.scheduled_failed', { reason: post.failure.replace(/\.$/, '') })}
          </p>
        )}
      </div>
      <div className={styles.acts}>
        <Button onPress={() => setMoving(!isMoving)}>{t('writing.change_time')}</Button>
        <Button isBusy={acts.isBusy} onPress={acts.edit}>
          {t('writing.edit_scheduled')}
        </Button>
        <IconButton icon={Trash2} label={t('writing.delete_scheduled')} onPress={acts.remove} />
      </div>
      {isMoving ? <NewTime post={post} onDone={() => setMoving(false)} /> : null}
      {acts.failure === null ? null : (
        <FailureNotice failure={acts.failure} meaning={t('act.nothing_changed')} />
      )}
    </li>
  )
}

function useRowActs(post: ScheduledStatus, setThere: RowProps['setThere']) {
  const t = useText()
  const { api, commands, drafts, undo } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const cancel = async (): Promise<void> => {
    try {
      await cancelScheduled(api, post.id)
    } catch {
      // It is still there, and is shown again.
      setThere(true)
    }
    await queries.invalidateQueries({ queryKey: KEY })
  }
  const edit = (): void =>
    void act.run(async () => {
      await cancelScheduled(api, post.id)
      drafts.begin(draftOfScheduled(post))
      setThere(false)
      commands.dispatch('write')
    })
  const remove = (): void => {
    setThere(false)
    undo.offer({
      words: t('writing.scheduled_deleted'),
      undo: () => setThere(true),
      commit: () => void cancel(),
    })
  }
  return { ...act, edit, remove }
}

function NewTime({ post, onDone }: { readonly post: ScheduledStatus; readonly onDone: () => void }) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const [text, setText] = useState(localMoment(post.scheduled_at))
  const moment = momentOfLocal(text)
  const save = async (): Promise<void> => {
    if (moment === null) return
    const isDone = await act.run(async () => reschedule(api, post.id, moment))
    if (!isDone) return
    await queries.invalidateQueries({ queryKey: KEY })
    onDone()
  }
  return (
    <div className={styles.time}>
      <input
        type="datetime-local"
        className={styles.moment}
        aria-label={t('writing.publish_at')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
      )}
      <Button look="primary" isBusy={act.isBusy} isDisabled={moment === null} onPress={() => void save()}>
        {t('writing.save_time')}
      </Button>
    </div>
  )
}
