/** The replies: a line beside each branch folds it; long threads are drawn as far as somebody reads. */
import { ChevronDown, CornerDownRight, EyeOff, Plus } from 'lucide-react'
import { type CSSProperties, useEffect, useRef, useState } from 'react'
import { AppLink } from '../../components/app-link.tsx'
import { Button } from '../../components/button.tsx'
import { formatCount } from '../../formatting/numbers.ts'
import { useText } from '../../hooks/use-text.ts'
import type { ThreadRow, ThreadTree } from '../../stores/thread-tree.ts'
import { PostEntry } from '../posts/post-entry.tsx'
import { PartLine } from './part-line.tsx'
import styles from './thread.module.css'

/** So many rows are drawn at first, and again whenever their end is near. */
const ROWS = 60
const AHEAD = '1200px'

interface ThreadRowsProps {
  readonly tree: ThreadTree
  readonly onFold: (id: string) => void
}

export function ThreadRows({ tree, onFold }: ThreadRowsProps) {
  const t = useText()
  const [most, setMost] = useState(ROWS)
  const [isAsideShown, setAsideShown] = useState(false)
  const { rows, setAside, setAsideCount } = tree
  const shown = rows.slice(0, most)
  const isWhole = shown.length === rows.length
  return (
    <>
      {shown.map((row) => (
        <Row key={`${row.kind} ${row.id}`} row={row} tree={tree} onFold={onFold} />
      ))}
      {isWhole ? null : <NearEnd key={most} onNear={() => setMost(most + ROWS)} />}
      {!isWhole || setAsideCount === 0 ? null : (
        <>
          <div className={styles.aside}>
            <EyeOff aria-hidden size={18} />
            <span>{t('thread.aside', { count: setAsideCount })}</span>
            <Button isPressed={isAsideShown} onPress={() => setAsideShown(!isAsideShown)}>
              {t(isAsideShown ? 'thread.aside_hide' : 'thread.aside_show')}
            </Button>
          </div>
          {isAsideShown
            ? setAside.map((row) => (
                <Row key={`${row.kind} ${row.id}`} row={row} tree={tree} onFold={onFold} />
              ))
            : null}
        </>
      )}
    </>
  )
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

function NearEnd({ onNear }: { readonly onNear: () => void }) {
  const mark = useRef<HTMLDivElement>(null)
  const near = useRef(onNear)
  useEffect(() => {
    const element = mark.current
    if (element === null) return undefined
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) near.current()
      },
      { rootMargin: AHEAD },
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return <div ref={mark} className={styles.end} />
}
