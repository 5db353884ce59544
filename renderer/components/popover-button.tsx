/** A button that opens something beside itself. What it opens is fetched when a pointer or the focus comes near it. */
import { type ReactNode, type RefObject, useRef, useState } from 'react'
import type { LatePart } from './late-part.tsx'

/** By a pointer; or by a key, and which of its entries has the focus then. */
export type OpenedBy = 'pointer' | 'first' | 'last'

export interface OpenedPopover {
  readonly trigger: RefObject<HTMLButtonElement | null>
  readonly isOpen: boolean
  readonly openedBy: OpenedBy
  readonly onClose: () => void
}

interface PopoverButtonProps<Own> {
  readonly label: string
  readonly className: string
  readonly opens: 'menu' | 'dialog'
  readonly popover: LatePart<Own & OpenedPopover>
  /** What the popover is told beside how it was opened. */
  readonly given: Own
  readonly children: ReactNode
}

export function PopoverButton<Own extends object>(props: PopoverButtonProps<Own>) {
  const { label, className, opens, popover: Popover, given, children } = props
  const trigger = useRef<HTMLButtonElement>(null)
  const [isOpen, setOpen] = useState(false)
  const [openedBy, setOpenedBy] = useState<OpenedBy | null>(null)
  const open = (by: OpenedBy): void => {
    setOpenedBy(by)
    setOpen(true)
  }
  const near = (): void => Popover.fetchAhead()
  return (
    <>
      <button
        ref={trigger}
        type="button"
        className={className}
        aria-label={label}
        aria-haspopup={opens}
        aria-expanded={isOpen}
        onPointerEnter={near}
        onFocus={near}
        onClick={(event) => {
          // Not every browser gives a pressed button the focus, which comes back here in the end.
          event.currentTarget.focus()
          open(event.detail === 0 ? 'first' : 'pointer')
        }}
        onKeyDown={(event) => {
          const by = PRESSES.has(event.key) ? 'first' : opens === 'menu' ? ARROWS[event.key] : undefined
          if (by === undefined) return
          // Nor is it a click then: the control library takes one without a pointer for a screen reader's, for whom it
          // gives the focus on only when nothing on the page moves any more.
          event.preventDefault()
          if (!event.repeat) open(by)
        }}
      >
        {children}
      </button>
      {openedBy === null ? null : (
        <Popover
          {...given}
          trigger={trigger}
          isOpen={isOpen}
          openedBy={openedBy}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  )
}

const PRESSES: ReadonlySet<string> = new Set(['Enter', ' '])
const ARROWS: Readonly<Record<string, OpenedBy | undefined>> = { ArrowDown: 'first', ArrowUp: 'last' }
