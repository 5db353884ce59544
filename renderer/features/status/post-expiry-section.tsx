/** Own posts that go by themselves: when, which stay, and a look before it is switched on. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { PostExpiry, PostExpiryPreview } from '../../../server/contracts/clean-up.ts'
import { getPostExpiry, lookAtPostExpiry, savePostExpiry } from '../../api/clean-up.ts'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { Select } from '../../components/select.tsx'
import { Switch } from '../../components/switch.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './items.module.css'

const EXPIRY_KEY = ['post-expiry']
const DAYS = [7, 14, 30, 60, 90, 180, 365, 730] as const
const LEAST_COUNTS = [1, 5, 10, 25, 50, 100] as const
const SWITCHES = [
  ['keepsPinned', 'clean_up.keeps_pinned'],
  ['keepsDirect', 'clean_up.keeps_direct'],
  ['keepsPolls', 'clean_up.keeps_polls'],
  ['keepsMedia', 'clean_up.keeps_media'],
  ['keepsOwnFavourites', 'clean_up.keeps_own_favourites'],
  ['keepsOwnBookmarks', 'clean_up.keeps_own_bookmarks'],
  ['keepsBoosts', 'clean_up.keeps_boosts'],
] as const
const NUMBERS = [
  ['keepsFavouritesFrom', 'clean_up.keeps_favourites_from'],
  ['keepsBoostedFrom', 'clean_up.keeps_boosted_from'],
] as const

export function PostExpirySection() {
  const t = useText()
  const { api } = useServices()
  const expiry = useQuery({ queryKey: EXPIRY_KEY, queryFn: async () => getPostExpiry(api) })
  return (
    <Section title={t('clean_up.own')} help={t('clean_up.own_help')}>
      <QueryState query={expiry}>{(known) => <Expiry expiry={known} />}</QueryState>
    </Section>
  )
}

function Expiry({ expiry }: { readonly expiry: PostExpiry }) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const saving = useAct()
  const [asked, setAsked] = useState<PostExpiryPreview | null>(null)
  const save = async (some: Partial<PostExpiry>): Promise<void> =>
    void queries.setQueryData(EXPIRY_KEY, await savePostExpiry(api, { ...expiry, ...some }))
  /** Switching it on is asked with the number of what goes then; off it is at once. */
  const turn = async (isOn: boolean): Promise<void> => {
    if (isOn) setAsked(await lookAtPostExpiry(api, expiry))
    else await save({ isOn })
  }
  return (
    <div className={styles.details}>
      <Exceptions expiry={expiry} onChange={(some) => void saving.run(async () => save(some))} />
      <div className={styles.acts}>
        <Button
          look={expiry.isOn ? 'quiet' : 'danger'}
          isBusy={saving.isBusy}
          onPress={() => void saving.run(async () => turn(!expiry.isOn))}
        >
          {t(expiry.isOn ? 'clean_up.own_stop' : 'clean_up.own_begin')}
        </Button>
      </div>
      <p role="status" className={styles.meta}>
        {t(expiry.isOn ? 'clean_up.own_on' : 'clean_up.own_off', { days: expiry.afterDays })}
      </p>
      {saving.failure === null ? null : (
        <FailureNotice failure={saving.failure} meaning={t('act.nothing_changed')} />
      )}
      {asked === null ? null : (
        <ConfirmDialog
          title={t('clean_up.own_question', { days: expiry.afterDays })}
          act={t('clean_up.own_act')}
          onConfirm={async () => save({ isOn: true })}
          onClose={() => setAsked(null)}
        >
          {t('clean_up.own_would_go', { count: asked.posts })} {t('clean_up.own_question_help')}
        </ConfirmDialog>
      )}
    </div>
  )
}

interface ExceptionsProps {
  readonly expiry: PostExpiry
  readonly onChange: (some: Partial<PostExpiry>) => void
}

/** While it is on they stand still: what goes is what was asked about. */
function Exceptions({ expiry, onChange }: ExceptionsProps) {
  const t = useText()
  const known: readonly number[] = DAYS
  const days = known.includes(expiry.afterDays) ? DAYS : [...DAYS, expiry.afterDays]
  return (
    <>
      <Select
        label={t('clean_up.own_after')}
        value={String(expiry.afterDays)}
        choices={days.map((count) => ({ value: String(count), label: t('clean_up.days', { count }) }))}
        isDisabled={expiry.isOn}
        onChange={(value) => onChange({ afterDays: Number(value) })}
      />
      {SWITCHES.map(([name, words]) => (
        <Switch
          key={name}
          label={t(words)}
          isOn={expiry[name]}
          isDisabled={expiry.isOn}
          onChange={(isOn) => onChange({ [name]: isOn })}
        />
      ))}
      {NUMBERS.map(([name, words]) => (
        <Select
          key={name}
          label={t(words)}
          value={String(expiry[name] ?? 0)}
          choices={countsWith(expiry[name]).map((count) => ({
            value: String(count),
            label: count === 0 ? t('clean_up.any_number') : t('clean_up.from_number', { count }),
          }))}
          isDisabled={expiry.isOn}
          onChange={(value) => onChange({ [name]: value === '0' ? null : Number(value) })}
        />
      ))}
      {expiry.isOn ? <p className={styles.meta}>{t('clean_up.own_fixed')}</p> : null}
    </>
  )
}

const countsWith = (chosen: number | null): readonly number[] =>
  [...new Set([0, ...LEAST_COUNTS, chosen ?? 0])].toSorted((one, other) => one - other)
