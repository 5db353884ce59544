/** The logs of all parts of the home: filtered, searched, followed as they grow until somebody reads further up, saved. */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useLayoutEffect, useState } from 'react'
import { LOG_LEVELS, type LogLevelName, type LogLine } from '../../../server/contracts/logs.ts'
import { getLogFile, getLogs } from '../../api/home.ts'
import { Button } from '../../components/button.tsx'
import { cx } from '../../components/cx.ts'
import { FailureNotice } from '../../components/notice.tsx'
import { EmptyState, Page } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { Select } from '../../components/select.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useObservable } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { LogTail } from '../../stores/log-tail.ts'
import styles from './logs.module.css'
import { saveFile } from '../../components/save-file.ts'
import { type LogFilter, useLogTail } from './use-log-tail.ts'

const NEAR_END_PX = 48
/** A list of choices cannot hold an empty one; no part of the home is called so. */
const ALL_PARTS = '*'
const SEARCH_AFTER_MS = 300

export function LogsPage() {
  const t = useText()
  const { api } = useServices()
  const [level, setLevel] = useState<LogLevelName>('info')
  const [part, setPart] = useState(ALL_PARTS)
  const [words, setWords] = useState('')
  const search = useLate(words)
  const filter: LogFilter = { level, part: part === ALL_PARTS ? '' : part, search }
  const { data: first } = useQuery({ queryKey: ['log-parts'], queryFn: async () => getLogs(api, {}) })
  const saving = useAct()
  const save = async (): Promise<void> => saveFile(await getLogFile(api, { ...filter }), 'homebird-log.txt')
  const parts = [...new Set([...(first?.parts ?? []), ...(part === ALL_PARTS ? [] : [part])])]
  return (
    <Page
      title={t('status.logs')}
      hasBack
      acts={
        <Button isBusy={saving.isBusy} onPress={() => void saving.run(save)}>
          {t('logs.save')}
        </Button>
      }
    >
      <div className={styles.filters}>
        <Select
          label={t('logs.level')}
          value={level}
          choices={LOG_LEVELS.map((value) => ({ value, label: t(`log_level.${value}`) }))}
          onChange={setLevel}
        />
        <Select
          label={t('logs.part')}
          value={part}
          choices={[
            { value: ALL_PARTS, label: t('logs.all_parts') },
            ...parts.map((value) => ({ value, label: value })),
          ]}
          onChange={setPart}
        />
        <div className={styles.search}>
          <TextField
            label={t('logs.search')}
            kind="search"
            value={words}
            onChange={setWords}
            maxLength={200}
          />
        </div>
      </div>
      {saving.failure === null ? null : <FailureNotice failure={saving.failure} />}
      <Lines key={`${level} ${part} ${search}`} filter={filter} />
    </Page>
  )
}

function Lines({ filter }: { readonly filter: LogFilter }) {
  const t = useText()
  const { tail, query, older } = useLogTail(filter)
  const { lines, before, isFollowing, unseen } = useObservable(tail.view)
  useFollowing(tail)
  return (
    <QueryState query={query}>
      {() => (
        <div className={styles.lines}>
          {before === null ? null : (
            <div className={styles.older}>
              <Button isBusy={older.isBusy} onPress={() => void older.run()}>
                {t('logs.older')}
              </Button>
              {older.failure === null ? null : <FailureNotice failure={older.failure} />}
            </div>
          )}
          {lines.length === 0 ? <EmptyState title={t('logs.none')} help={t('logs.none_help')} /> : null}
          <div role="log" aria-label={t('status.logs')} aria-live="off" dir="ltr">
            {lines.map((line) => (
              <Line key={line.id} line={line} />
            ))}
          </div>
          {isFollowing ? null : (
            <div className={styles.follow}>
              <Button look="primary" onPress={() => tail.follow(true)}>
                {unseen === 0
                  ? t('logs.follow')
                  : `${t('logs.follow')} · ${t('logs.new_lines', { count: unseen })}`}
              </Button>
            </div>
          )}
        </div>
      )}
    </QueryState>
  )
}

function Line({ line: { at, level, part, event, text } }: { readonly line: LogLine }) {
  const t = useText()
  const isLoud = level === 'warn' || level === 'error'
  return (
    <div className={cx(styles.line, styles[level])}>
      <time className={styles.time} dateTime={at} title={at}>
        {at === '' ? '' : at.slice(11, 19)}
      </time>
      <span className={styles.part}>{part}</span>
      <span className={styles.words}>
        {isLoud ? <span className={styles.word}>{t(`log_level.${level}`)} </span> : null}
        <span className={styles.event}>{event}</span> <span className={styles.text}>{text}</span>
      </span>
    </div>
  )
}

/**
 * Keeps the end in sight while the page follows, and stops when somebody scrolls up. What the page does itself is no
 * scrolling of a person: it always ends at the end.
 */
function useFollowing(tail: LogTail): void {
  const { isFollowing, lines } = useObservable(tail.view)
  const last = lines.at(-1)?.id
  useLayoutEffect(() => {
    if (isFollowing && last !== undefined) window.scrollTo(0, document.documentElement.scrollHeight)
  }, [isFollowing, last])
  useEffect(() => {
    let lastTop = window.scrollY
    const look = (): void => {
      const { scrollHeight, clientHeight } = document.documentElement
      const isAtEnd = scrollHeight - clientHeight - window.scrollY < NEAR_END_PX
      if (isAtEnd) tail.follow(true)
      else if (window.scrollY < lastTop) tail.follow(false)
      lastTop = window.scrollY
    }
    window.addEventListener('scroll', look, { passive: true })
    return () => window.removeEventListener('scroll', look)
  }, [tail])
}

/** The value as it was when nobody had typed for a moment. */
function useLate(value: string): string {
  const [late, setLate] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), SEARCH_AFTER_MS)
    return () => clearTimeout(timer)
  }, [value])
  return late
}
