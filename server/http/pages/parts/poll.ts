/** What was asked, and the answers as far as they are told; voting is for those who have a home themselves. */
import type { Poll } from '../../../contracts/poll.ts'
import { type Html, markup } from '../../../domain/text/markup.ts'
import { WORDS, numberWord } from '../words.ts'
import { emojiText } from './emoji.ts'
import { minuteTime } from './moment.ts'

export function pollOf(poll: Poll): Html {
  const counts = poll.options.map(({ votes_count: votes }) => votes)
  const best = Math.max(0, ...counts.map((votes) => votes ?? 0))
  // Where several may be chosen, each option is a share of the people.
  const whole = poll.voters_count ?? poll.votes_count
  const options = poll.options.map(({ title, votes_count: votes }) => {
    const label = markup`<bdi>${emojiText(title, poll.emojis)}</bdi>`
    if (votes === null) return markup`<li><div>${label}</div></li>`
    const share = whole > 0 ? Math.min(100, Math.round((votes * 100) / whole)) : 0
    return markup`<li><div>${label}<span>${share} %</span></div>${barOf(share, votes > 0 && votes === best)}</li>`
  })
  return markup`<ul class="poll">${options}</ul><p class="meta">${tallyOf(poll)} · ${endOf(poll)}</p>`
}

/** The number beside it says the same to those who do not see it. */
const barOf = (share: number, isBest: boolean): Html =>
  markup`<svg class="bar" aria-hidden="true"><rect class="rail" width="100%" height="100%" rx="4"/><rect class="${isBest ? 'best' : ''}" width="${share}%" height="100%" rx="4"/></svg>`

function tallyOf({ votes_count: votes, voters_count: voters, multiple }: Poll): string {
  if (multiple && voters !== null) return `${numberWord(voters)} ${WORDS.poll.voters(voters)}`
  return `${numberWord(votes)} ${WORDS.poll.votes(votes)}`
}

function endOf({ expired: isOver, expires_at: endsAt }: Poll): Html | string {
  if (isOver) return WORDS.poll.ended
  return endsAt === null ? WORDS.poll.open : markup`${WORDS.poll.until} ${minuteTime(endsAt)}`
}
