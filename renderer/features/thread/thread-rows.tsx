/** The replies: a line beside each branch folds it; of a long thread only what is near the screen is in the page. */
import { ChevronDown, CornerDownRight, EyeOff, Plus } from 'lucide-react'
import { type CSSProperties, useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from 'react'
import type { CacheSnapshot } from 'virtua'
import { AppLink } from '../../components/app-link.tsx'
import { Button } from '../../components/button.tsx'
import { formatCount } from '../../formatting/numbers.ts'
import { useText } from '../../hooks/use-text.ts'
import type { ThreadRow, ThreadTree } from '../../stores/thread-tree.ts'
import type { OpenThread } from '../../stores/threads.ts'
import { PostEntry } from '../posts/post-entry.tsx'
import { PartLine } from './part-line.tsx'
import { RowsList, type RowsHandle } from './rows-list.tsx'
import { HEADER } from './scroll-box.ts'
import styles from './thread.module.css'

interface ThreadRowsProps {
  readonly tree: ThreadTree
  readonly onFold: (id: string) => void
}

interface RepliesProps extends ThreadRowsProps {
  readonly open: OpenThread
  readonly isBeside: boolean
}

export function ThreadRows({ open, tree, isBeside, onFold }: RepliesProps) {
  const t = useText()
  const [isAsideShown, setAsideShown] = useState(false)
  const { rows, setAside, setAsideCount } = tree
  const list = useRef<RowsHandle>(null)
  const measured = useMeasured(list, open, { count: rows.length, isBeside })
  useWayAcross(list, open, rows, isBeside)
  const draw = (row: ThreadRow) => <Row key={`${row.kind} ${row.id}`} row={row} tree={tree} onFold={onFold} />
  return (
    <>
      <RowsList handle={list} rows={rows} measured={measured} isBeside={isBeside}>
        {draw}
      </RowsList>
      {setAsideCount === 0 ? null : (
        <div className={styles.aside}>
          <EyeOff aria-hidden size={18} />
          <span>{t('thread.aside', { count: setAsideCount })}</span>
          <Button isPressed={isAsideShown} onPress={() => setAsideShown(!isAsideShown)}>
            {t(isAsideShown ? 'thread.aside_hide' : 'thread.aside_show')}
          </Button>
        </div>
      )}
      {isAsideShown ? (
        <RowsList rows={setAside} isBeside={isBeside}>
          {draw}
        </RowsList>
      ) : null}
    </>
  )
}

interface Drawn {
  readonly count: number
  readonly isBeside: boolean
}

/** What was measured when the page was left, so that Back finds the same rows at the same place. */
function useMeasured(
  list: { readonly current: RowsHandle | null },
  open: OpenThread,
  { count, isBeside }: Drawn,
): CacheSnapshot | null {
  const [first] = useState(() => {
    const { measured } = open
    return measured?.count === count && measured.isBeside === isBeside ? measured.rows : null
  })
  const latest = useRef(count)
  useLayoutEffect(() => {
    latest.current = count
  }, [count])
  // Before the page is taken down.
  useLayoutEffect(
    () => () => {
      const handle = list.current
      if (handle !== null) open.measured = { rows: handle.cache, count: latest.current, isBeside }
    },
    [list, open, isBeside],
  )
  return first as CacheSnapshot | null
}

/** A window that becomes wider or narrower shows the same thread elsewhere: at the reply that was read. */
function useWayAcross(
  list: { readonly current: RowsHandle | null },
  open: OpenThread,
  rows: readonly ThreadRow[],
  isBeside: boolean,
): void {
  const begin = useEffectEvent((): (() => void) | undefined => {
    const { left } = open
    if (left === null || left.isBeside === isBeside) return undefined
    const index = rows.findIndex(({ kind, id }) => kind === 'post' && id === left.entryId)
    if (index < 0) return undefined
    const covered = isBeside ? 0 : HEADER
    const go = (): void => list.current?.scrollToIndex(index, { align: 'start', offset: -left.top - covered })
    // After the post above has found its own place, which is an earlier guess.
    let frame = requestAnimationFrame(() => (frame = requestAnimationFrame(go)))
    return () => cancelAnimationFrame(frame)
  })
  useEffect(() => begin(), [])
}

interface RowProps extends ThreadRowsProps {
  readonly row: ThreadRow
}

function Row({ row, tree, onFold }: RowProps) {
  const t = useText()
  const inset = { '--inset': row.within.length } as CSSProperties
  return (
    <div className={styles.row} style={inset} data-depth={row.depth}>
      {row.within.map((id, place) => (
        <button
          key={id}
          type="button"
          aria-hidden
          tabIndex={-1}
          className={styles.line}
          style={{ '--place': place } as CSSProperties}
          onClick={() => onFold(id)}
        />
      ))}
      {row.kind === 'post' ? (
        <div className={styles.reading}>
          <PartLine part={row.answers ?? tree.parts.get(row.id) ?? null} isAnswered={row.answers !== null} />
          <PostEntry id={row.id} context="thread" hidesReplyLine />
          {row.below === 0 ? null : (
            <FoldButton below={row.below} isFolded={row.isFolded} onFold={() => onFold(row.id)} />
          )}
        </div>
      ) : row.kind === 'folded' ? (
        <button type="button" className={styles.more} onClick={() => onFold(row.id)}>
          <Plus aria-hidden size={16} />
          {t('thread.unfold', { count: row.below, shown: formatCount(t.locale, row.below) })}
        </button>
      ) : (
        <AppLink to={`/posts/${row.id}`} className={styles.more ?? ''}>
          <CornerDownRight aria-hidden size={16} />
          {t('thread.continue', { count: row.below, shown: formatCount(t.locale, row.below) })}
        </AppLink>
      )}
    </div>
  )
}

interface FoldButtonProps {
  readonly below: number
  readonly isFolded: boolean
  readonly onFold: () => void
}

function FoldButton({ below, isFolded, onFold }: FoldButtonProps) {
  const t = useText()
  const words = t('thread.fold', { count: below })
  return (
    <button
      type="button"
      className={styles.fold}
      aria-expanded={!isFolded}
      aria-label={words}
      title={words}
      onClick={onFold}
    >
      {isFolded ? <Plus aria-hidden size={14} /> : <ChevronDown aria-hidden size={14} />}
    </button>
  )
}
