/** A poll while it is written: two options to as many as the home allows, how it is asked and how long. */
import { Plus, X } from 'lucide-react'
import { Button, IconButton } from '../../components/button.tsx'
import { Select } from '../../components/select.tsx'
import { Switch } from '../../components/switch.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useInstance } from '../../hooks/use-facts.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { Draft, DraftPoll } from '../../stores/draft.ts'
import styles from './parts.module.css'

const LENGTHS = [300, 1_800, 3_600, 21_600, 43_200, 86_400, 259_200, 604_800] as const

/** Until the home has told its own limits. */
const FIRST_LIMITS = {
  max_options: 4,
  max_characters_per_option: 50,
  min_expiration: 300,
  max_expiration: 2_629_746,
}

export function PollEditor({ draft, poll }: { readonly draft: Draft; readonly poll: DraftPoll }) {
  const t = useText()
  const { drafts } = useServices()
  const { data } = useInstance()
  const limits = data?.configuration.polls ?? FIRST_LIMITS
  const change = (part: Partial<DraftPoll>): void =>
    drafts.change({ poll: { ...poll, ...part }, isPollChanged: true }, draft.id)
  const lengths = [...new Set<number>([...LENGTHS, poll.expiresInSeconds])]
    .filter((one) => one >= limits.min_expiration && one <= limits.max_expiration)
    .toSorted((a, b) => a - b)
  return (
    <fieldset className={styles.part}>
      <legend className={styles.title}>{t('writing.poll')}</legend>
      {draft.edit === null ? null : <p className={styles.help}>{t('writing.poll_edit')}</p>}
      <Options
        poll={poll}
        most={limits.max_options}
        longest={limits.max_characters_per_option}
        onChange={(options) => change({ options })}
      />
      <Select
        label={t('writing.poll_length')}
        value={String(poll.expiresInSeconds)}
        choices={lengths.map((seconds) => ({ value: String(seconds), label: lengthOf(t.locale, seconds) }))}
        onChange={(value) => change({ expiresInSeconds: Number(value) })}
      />
      <Switch
        label={t('writing.poll_multiple')}
        isOn={poll.isMultiple}
        onChange={(isMultiple) => change({ isMultiple })}
      />
      <Switch
        label={t('writing.poll_hides')}
        isOn={poll.hidesTotals}
        onChange={(hidesTotals) => change({ hidesTotals })}
      />
    </fieldset>
  )
}

interface OptionsProps {
  readonly poll: DraftPoll
  readonly most: number
  readonly longest: number
  readonly onChange: (options: readonly string[]) => void
}

function Options({ poll, most, longest, onChange }: OptionsProps) {
  const t = useText()
  const setOption = (place: number, words: string): void =>
    onChange(poll.options.map((one, index) => (index === place ? words : one)))
  return (
    <>
      {poll.options.map((words, place) => (
        // oxlint-disable-next-line react/no-array-index-key -- an option is its place
        <div key={place} className={styles.option}>
          <TextField
            label={t('writing.option', { number: place + 1 })}
            isLabelHidden
            placeholder={t('writing.option', { number: place + 1 })}
            value={words}
            maxLength={longest}
            onChange={(value) => setOption(place, value)}
          />
          {poll.options.length <= 2 ? null : (
            <IconButton
              icon={X}
              label={t('writing.remove_option', { number: place + 1 })}
              onPress={() => onChange(poll.options.filter((_one, index) => index !== place))}
            />
          )}
        </div>
      ))}
      {poll.options.length >= most ? null : (
        <div>
          <Button look="plain" isFlush onPress={() => onChange([...poll.options, ''])}>
            <Plus aria-hidden size={16} /> {t('writing.add_option')}
          </Button>
        </div>
      )}
    </>
  )
}

function lengthOf(locale: string, seconds: number): string {
  const [unit, size] =
    seconds % 86_400 === 0 ? ['day', 86_400] : seconds % 3_600 === 0 ? ['hour', 3_600] : ['minute', 60]
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(
    Math.round(seconds / size),
  )
}
