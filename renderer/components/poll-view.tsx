/** A question of a post: a ballot as long as one can vote, then what came of it. */
import { Check } from 'lucide-react'
import { useId, useState } from 'react'
import type { Poll } from '../../server/contracts/poll.ts'
import { formatCount } from '../formatting/numbers.ts'
import {
  isDecided,
  isPollOver,
  momentOfEnd,
  type OptionResult,
  resultsOf,
  timeLeft,
} from '../formatting/poll-results.ts'
import { useAct } from '../hooks/use-act.ts'
import { useNow } from '../hooks/use-now.ts'
import { MOST_OF_OPTION, shortened } from '../formatting/shorten.ts'
import { useText } from '../hooks/use-text.ts'
import { Button } from './button.tsx'
import { cx } from './cx.ts'
import { EmojiText } from './emoji-text.tsx'
import { FailureNotice } from './notice.tsx'
import styles from './poll-view.module.css'

interface PollViewProps {
  readonly poll: Poll
  /** Of the reader: an own poll shows its results at once. */
  readonly isOwn: boolean
  /** In another language, in the order of the options. */
  readonly titles?: readonly string[]
  /** @throws ApiFailure */
  readonly onVote: (choices: readonly number[]) => Promise<void>
  /** @throws ApiFailure */
  readonly onRefresh: () => Promise<void>
}

const MINUTE_MS = 60_000
/** More than any home keeps; thousands would freeze the page. */
const MOST_OPTIONS = 100

export function PollView({ poll, isOwn, titles, onVote, onRefresh }: PollViewProps) {
  const t = useText()
  const now = useNow(poll.expired || poll.expires_at === null ? null : MINUTE_MS)
  const [showsResults, setShowsResults] = useState(false)
  const [chosen, setChosen] = useState<readonly number[]>([])
  const act = useAct()
  const canVote = !isDecided(poll, now) && !isOwn
  const options = poll.options
    .slice(0, MOST_OPTIONS)
    .map(({ title }, index) => shortened(titles?.[index] ?? title, MOST_OF_OPTION))
  const vote = async (): Promise<void> => {
    await act.run(async () => onVote(chosen))
  }
  return (
    <div className={styles.poll}>
      {canVote && !showsResults ? (
        <Ballot poll={poll} options={options} chosen={chosen} onChoose={setChosen} />
      ) : (
        <Results poll={poll} options={options} />
      )}
      <div className={styles.foot}>
        {canVote && !showsResults ? (
          <Button isDisabled={chosen.length === 0} isBusy={act.isBusy} onPress={() => void vote()}>
            {t('poll.vote')}
          </Button>
        ) : null}
        {canVote ? (
          <Button look="plain" onPress={() => setShowsResults(!showsResults)}>
            {t(showsResults ? 'poll.back' : 'poll.results')}
          </Button>
        ) : isPollOver(poll, now) ? null : (
          <Button look="plain" onPress={() => void act.run(onRefresh)} isBusy={act.isBusy}>
            {t('poll.refresh')}
          </Button>
        )}
        <PollFacts poll={poll} now={now} />
      </div>
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} {...(canVote ? { meaning: t('poll.not_voted') } : {})} />
      )}
    </div>
  )
}

interface BallotProps {
  readonly poll: Poll
  readonly options: readonly string[]
  readonly chosen: readonly number[]
  readonly onChoose: (chosen: readonly number[]) => void
}

function Ballot({ poll, options, chosen, onChoose }: BallotProps) {
  const t = useText()
  const name = useId()
  const choose = (index: number, isOn: boolean): void => {
    const others = poll.multiple ? chosen.filter((one) => one !== index) : []
    onChoose(isOn ? [...others, index] : others)
  }
  return (
    <fieldset className={styles.options}>
      <legend className="visually-hidden">{t(poll.multiple ? 'poll.choose_several' : 'poll.choose')}</legend>
      {options.map((title, index) => (
        // The options of a poll never change places.
        // oxlint-disable-next-line react/no-array-index-key -- see above
        <label key={index} className={styles.choice}>
          <input
            type={poll.multiple ? 'checkbox' : 'radio'}
            name={name}
            checked={chosen.includes(index)}
            onChange={(event) => choose(index, event.currentTarget.checked)}
          />
          <span dir="auto" className={styles.title}>
            <EmojiText text={title} emojis={poll.emojis} />
          </span>
        </label>
      ))}
    </fieldset>
  )
}

function Results({ poll, options }: Pick<BallotProps, 'poll' | 'options'>) {
  const t = useText()
  const results = resultsOf(poll)
  return (
    <ul className={styles.options} aria-label={t('poll.results')}>
      {options.map((title, index) => {
        const result = results[index] ?? { share: null, isLeading: false, isOwn: false }
        return (
          // oxlint-disable-next-line react/no-array-index-key -- the options of a poll never change places
          <li key={index} className={cx(styles.result, result.isLeading && styles.leading)}>
            <Bar share={result.share ?? 0} />
            <Share result={result} />
            <span dir="auto" className={styles.title}>
              <EmojiText text={title} emojis={poll.emojis} />
            </span>
            {result.isOwn ? (
              <span className={styles.own}>
                <Check aria-hidden size={16} strokeWidth={2.5} />
                <span className="visually-hidden">{t('poll.own')}</span>
              </span>
            ) : null}
          </li>
        )
      })}
    </ul>
  )
}

/** As wide as the share; an attribute of SVG, for the policy lets no style stand in the page. */
function Bar({ share }: { readonly share: number }) {
  return (
    <svg aria-hidden className={styles.bar} preserveAspectRatio="none" viewBox="0 0 100 1">
      <rect width={share * 100} height="1" />
    </svg>
  )
}

function Share({ result }: { readonly result: OptionResult }) {
  const t = useText()
  const percent = new Intl.NumberFormat(t.locale, { style: 'percent', maximumFractionDigits: 0 })
  return (
    <span className={cx(styles.share, 'figures')}>
      {result.share === null ? '–' : percent.format(result.share)}
    </span>
  )
}

function PollFacts({ poll, now }: { readonly poll: Poll; readonly now: Date }) {
  const t = useText()
  const people = Math.max(0, poll.voters_count ?? poll.votes_count)
  const count =
    poll.voters_count === null
      ? t('poll.votes', { count: people, shown: formatCount(t.locale, people) })
      : t('poll.people', { count: people, shown: formatCount(t.locale, people) })
  return (
    <p className={styles.facts}>
      {count} · {endOf(t, poll, now)}
    </p>
  )
}

function endOf(t: ReturnType<typeof useText>, poll: Poll, now: Date): string {
  if (isPollOver(poll, now)) return t('poll.over')
  const end = momentOfEnd(poll)
  if (end === null) return t('poll.endless')
  const left = timeLeft(end, now)
  return t(`poll.left_${left.unit}`, { count: left.count })
}
