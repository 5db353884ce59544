/** The state of the home in one sentence, with the time of its last proof from outside, as tray and menus say it. */
import type { Words } from '../shell/words.ts'
import type { HomeView } from './home-watch.ts'

export function homeSentence({ condition, summary }: HomeView, words: Words, now: Date): string {
  switch (condition) {
    case 'reachable': {
      const provedAt = summary?.provedAt ?? null
      return provedAt === null
        ? words('home.reachable_bare')
        : words('home.reachable', { moment: momentIn(words, new Date(provedAt), now) })
    }
    case 'paused': {
      const until = summary?.pause?.until ?? null
      return until === null
        ? words('home.paused')
        : words('home.paused_until', { moment: momentIn(words, new Date(until), now) })
    }
    case 'catching_up': {
      const { done = 0, count = 0 } = summary?.catchingUp ?? {}
      return count === 0 ? words('home.catching_up') : words('home.catching_up_of', { done, count })
    }
    case 'starting':
    case 'unproved':
    case 'only_at_home':
    case 'needs_attention':
    case 'stopped':
      return words(`home.${condition}`)
  }
}

/** The time alone on the same day, else the day too. */
function momentIn({ locale }: Words, moment: Date, now: Date): string {
  const isToday = moment.toDateString() === now.toDateString()
  const day = isToday ? {} : ({ day: 'numeric', month: 'short' } as const)
  return new Intl.DateTimeFormat(locale, { ...day, hour: 'numeric', minute: '2-digit' }).format(moment)
}
