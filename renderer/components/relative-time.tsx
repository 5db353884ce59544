/** When something was: short to read, exact on hover and for screen readers; it keeps itself true. */
import { useEffect, useState } from 'react'
import { dateFormat } from '../formatting/formatters.ts'
import { nextChangeMs, relativeTime } from '../formatting/relative-time.ts'
import { useText } from '../hooks/use-text.ts'
import type { Text } from '../i18n/i18n.ts'

export function RelativeTime({ moment }: { readonly moment: string }) {
  const t = useText()
  const [now, setNow] = useState(() => new Date())
  const date = new Date(moment)
  const waitMs = nextChangeMs(date, now)
  useEffect(() => {
    if (waitMs === null) return undefined
    const timer = setTimeout(() => setNow(new Date()), waitMs + 50)
    return () => clearTimeout(timer)
  }, [waitMs])
  if (Number.isNaN(date.getTime())) return null
  const exact = dateFormat(t.locale, { dateStyle: 'full', timeStyle: 'short' }).format(date)
  return (
    <time dateTime={moment} title={exact}>
      <span aria-hidden>{shortTime(t, date, now)}</span>
      <span className="visually-hidden">{exact}</span>
    </time>
  )
}

function shortTime(t: Text, date: Date, now: Date): string {
  const relative = relativeTime(date, now)
  switch (relative.unit) {
    case 'now':
      return t('time.now')
    case 'minutes':
      return t('time.minutes', { count: relative.count })
    case 'hours':
      return t('time.hours', { count: relative.count })
    case 'days':
      return t('time.days', { count: relative.count })
    case 'date':
      return dateFormat(t.locale, {
        day: 'numeric',
        month: 'short',
        ...(relative.isThisYear ? {} : { year: 'numeric' }),
      }).format(date)
  }
}
