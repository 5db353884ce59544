/** The list that opens while a name is typed: arrows, Enter or Tab, Esc; a press takes one too. */
import { autoUpdate, computePosition, flip, offset, shift, size } from '@floating-ui/dom'
import { type RefObject, useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from 'react'
import { ownPath } from '../../api/own-path.ts'
import { cx } from '../../components/cx.ts'
import { caretBox } from '../../formatting/caret-box.ts'
import type { Trigger } from '../../formatting/find-trigger.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { Suggestion } from '../../stores/suggestions.ts'
import styles from './suggestions.module.css'
import type { SuggestionKeys } from './suggestion-keys.ts'

interface SuggestionsProps {
  readonly trigger: Trigger
  readonly field: RefObject<HTMLTextAreaElement | null>
  /** Given what the list does with the keys of the field. */
  readonly onKeys: (keys: SuggestionKeys) => void
  readonly onActive: (id: string | null) => void
  readonly onAccept: (words: string) => void
  readonly onClose: () => void
}

export function Suggestions({ trigger, field, onKeys, onActive, onAccept, onClose }: SuggestionsProps) {
  const t = useText()
  const items = useItems(trigger)
  const list = useRef<HTMLDivElement>(null)
  const [place, setPlace] = useState(0)
  const current = Math.min(place, items.length - 1)
  const activeId = items.length === 0 ? null : `suggestion-${current}`
  const press = useEffectEvent((key: string): boolean => {
    if (key === 'Escape') return (onClose(), true)
    const chosen = items[current]
    if (chosen === undefined) return false
    if (key === 'ArrowDown') setPlace((current + 1) % items.length)
    else if (key === 'ArrowUp') setPlace((current + items.length - 1) % items.length)
    else if (key === 'Enter' || key === 'Tab') onAccept(chosen.words)
    else return false
    return true
  })
  const giveKeys = useEffectEvent(onKeys)
  useLayoutEffect(() => {
    giveKeys((key) => press(key))
    return () => giveKeys(() => false)
  }, [])
  const tellActive = useEffectEvent(onActive)
  useEffect(() => {
    tellActive(activeId)
    return () => tellActive(null)
  }, [activeId])
  usePlace(list, field, trigger.start)
  return (
    <>
      <div
        ref={list}
        id="suggestions"
        role="listbox"
        tabIndex={-1}
        aria-label={t('writing.suggestions')}
        className={cx('floating', styles.list)}
        hidden={items.length === 0}
      >
        {items.map((item, index) => (
          <Option
            key={item.words}
            id={`suggestion-${index}`}
            item={item}
            isCurrent={index === current}
            onAccept={onAccept}
          />
        ))}
      </div>
      <span className="visually-hidden" role="status">
        {t('writing.suggestion_count', { count: items.length })}
      </span>
    </>
  )
}

interface OptionProps {
  readonly id: string
  readonly item: Suggestion
  readonly isCurrent: boolean
  readonly onAccept: (words: string) => void
}

/** The field keeps the focus: a press is taken before it could move. */
function Option({ id, item, isCurrent, onAccept }: OptionProps) {
  return (
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isCurrent}
      className={cx(styles.item, isCurrent && styles.current)}
      onPointerDown={(event) => {
        event.preventDefault()
        onAccept(item.words)
      }}
    >
      {item.pictureUrl === null ? null : (
        <img src={ownPath(item.pictureUrl) ?? ''} alt="" className={styles.picture} />
      )}
      <span className={styles.words}>
        <bdi className={styles.name}>{item.name}</bdi>
        {item.detail === '' ? null : <bdi className={styles.detail}>{item.detail}</bdi>}
      </span>
    </div>
  )
}

/** Typing does not wait: what was seen before stands there at once. */
function useItems(trigger: Trigger): readonly Suggestion[] {
  const { suggestions } = useServices()
  const { kind, query } = trigger
  const [found, setFound] = useState<{ readonly of: string; readonly items: readonly Suggestion[] }>()
  const of = `${kind} ${query}`
  const ask = useEffectEvent(async (signal: AbortSignal) => suggestions.find(trigger, signal))
  useEffect(() => {
    const stop = new AbortController()
    ask(stop.signal)
      .then((items) => setFound({ of, items }))
      // What is known already is shown; the bar says that the home is away.
      .catch(() => undefined)
    return () => stop.abort()
  }, [of])
  return found?.of === of ? found.items : suggestions.known(trigger)
}

function usePlace(
  list: RefObject<HTMLDivElement | null>,
  field: RefObject<HTMLTextAreaElement | null>,
  start: number,
): void {
  useLayoutEffect(() => {
    const [floating, area] = [list.current, field.current]
    if (floating === null || area === null) return undefined
    const anchor = { getBoundingClientRect: () => caretBox(area, start), contextElement: area }
    const place = async (): Promise<void> => {
      const { x, y } = await computePosition(anchor, floating, {
        placement: 'bottom-start',
        strategy: 'fixed',
        middleware: [
          offset(4),
          flip(),
          shift({ padding: 8 }),
          size({ padding: 8, apply: ({ availableHeight }) => limitHeight(floating, availableHeight) }),
        ],
      })
      floating.style.transform = `translate(${x}px, ${y}px)`
    }
    return autoUpdate(anchor, floating, () => void place())
  }, [list, field, start])
}

function limitHeight(list: HTMLElement, available: number): void {
  list.style.maxBlockSize = `${Math.max(120, Math.min(320, available))}px`
}
