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
}

export function AppLink({ to, children, className, title, isCurrent, isSkipped }: AppLinkProps) {
  return (
    <Link
      href={to}
      {...(className === undefined ? {} : { className })}
      {...(title === undefined || title === '' ? {} : { title })}
      {...(isCurrent === true ? { 'aria-current': 'page' as const } : {})}
      {...(isSkipped === true ? { tabIndex: -1, 'aria-hidden': true } : {})}
    >
      {children}
    </Link>
  )
}
