/** Shows twelve lines of a long text, and all of it when asked: measured before it is painted, so that nothing jumps. */
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react'
import { useText } from '../hooks/use-text.ts'
import { Button } from './button.tsx'
import { cx } from './cx.ts'
import styles from './folding.module.css'

interface FoldingProps {
  readonly children: ReactNode
  readonly isOpen: boolean
  readonly onToggle: () => void
}

/** A fold that would hide less than this much of a line more hides nothing. */
const SPARE_LINES = 1.5

export function Folding({ children, isOpen, onToggle }: FoldingProps) {
  const t = useText()
  const box = useRef<HTMLDivElement>(null)
  const [isLong, setLong] = useState(false)
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const measure = (): void => setLong(isTooLong(element))
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element.firstElementChild ?? element)
    return () => observer.disconnect()
  }, [])
  const toggle = (): void => {
    const post = box.current?.closest('article')
    // Its beginning may lie far above: the reader is not left somewhere else.
    if (isOpen && post && post.getBoundingClientRect().top < 0) {
      requestAnimationFrame(() => post.scrollIntoView({ block: 'start' }))
    }
    onToggle()
  }
  return (
    <>
      <div ref={box} className={cx(styles.fold, isLong && !isOpen && styles.folded)}>
        <div className={styles.inner}>{children}</div>
      </div>
      {isLong ? (
        <div className={styles.more}>
          <Button look="plain" onPress={toggle}>
            {t(isOpen ? 'post.less' : 'post.more')}
          </Button>
        </div>
      ) : null}
    </>
  )
}

/** Of twelve lines and what is spared, whatever size the letters have. */
function isTooLong(element: HTMLElement): boolean {
  const line = Number.parseFloat(getComputedStyle(element).lineHeight)
  return (element.firstElementChild?.scrollHeight ?? 0) > (12 + SPARE_LINES) * line
}
