/** A link to another page of the window: no reload, and the middle button still opens a tab. */
import type { ReactNode } from 'react'
import { Link } from 'wouter'

interface AppLinkProps {
  readonly to: string
  readonly children: ReactNode
  readonly className?: string
  readonly title?: string
  readonly isCurrent?: boolean
  /** Another way to the same place stands beside it. */
  readonly isSkipped?: boolean
  /** Told when it is followed, before the page changes. */
  readonly onFollow?: () => void
}

export function AppLink({ to, children, className, title, isCurrent, isSkipped, onFollow }: AppLinkProps) {
  return (
    <Link
      href={to}
      {...(onFollow === undefined ? {} : { onClick: onFollow })}
      {...(className === undefined ? {} : { className })}
      {...(title === undefined || title === '' ? {} : { title })}
      {...(isCurrent === true ? { 'aria-current': 'page' as const } : {})}
      {...(isSkipped === true ? { tabIndex: -1, 'aria-hidden': true } : {})}
    >
      {children}
    </Link>
  )
}
