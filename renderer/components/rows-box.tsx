/** What the rows of a long list stand in. A list that scrolls would be deaf for a moment: here a press counts at any time. */
import type { CSSProperties, ReactNode, Ref } from 'react'

interface RowsBoxProps {
  readonly style: CSSProperties
  readonly children: ReactNode
  // The list brings what its own types call a legacy one.
  readonly ref?: Ref<HTMLDivElement>
}

export function RowsBox({ style, children, ref }: RowsBoxProps) {
  return (
    <div style={{ ...style, pointerEvents: 'auto' }} {...(ref === undefined ? {} : { ref })}>
      {children}
    </div>
  )
}
