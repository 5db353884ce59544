/** Posts of others: how long they stay, a look at what would go, and the clean-up itself. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { CleanUpFacts, CleanUpRules } from '../../../server/contracts/clean-up.ts'
import { type Look, beginCleanUp, getCleanUp, lookAtCleanUp, saveRules } from '../../api/clean-up.ts'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { Select } from '../../components/select.tsx'
import { Switch } from '../../components/switch.tsx'
import { formatBytes, formatShare } from '../../formatting/amounts.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { Text } from '../../i18n/i18n.ts'
import { CleanUpProgress, LastCleanUp } from './clean-up-run.tsx'
import { DatabaseTable } from './database-table.tsx'
import styles from './items.module.css'

const CLEAN_UP_KEY = ['clean-up']
const RUNNING_MS = 2_000
const IDLE_MS = 60_000
const DAYS = [30, 90, 180, 365, 730] as const

export function CleanUpSection() {
  const t = useText()
  const { api } = useServices()
  const facts = useQuery({
    queryKey: CLEAN_UP_KEY,
    queryFn: async () => getCleanUp(api),
    refetchInterval: ({ state }) => ((state.data?.running ?? null) === null ? IDLE_MS : RUNNING_MS),
  })
  return (
    <>
      <Section title={t('clean_up.title')} help={t('clean_up.help')}>
        <QueryState query={facts}>{(known) => <CleanUp facts={known} />}</QueryState>
      </Section>
      <Section title={t('clean_up.database')} help={t('clean_up.database_help')}>
        <QueryState query={facts}>{({ sizes }) => <DatabaseTable sizes={sizes} />}</QueryState>
      </Section>
    </>
  )
}

function CleanUp({ facts }: { readonly facts: CleanUpFacts }) {
  const t = useText()
  const queries = useQueryClient()
  const keep = (known: CleanUpFacts): void => void queries.setQueryData(CLEAN_UP_KEY, known)
  return (
    <div className={styles.details}>
      <Rules facts={facts} onKnown={keep} />
      {facts.isClockConfirmed ? null : <p className={styles.meta}>{t('clean_up.unconfirmed')}</p>}
      {facts.running === null ? (
        <>
          <LookAndBegin facts={facts} onKnown={keep} />
          {facts.last === null ? null : <LastCleanUp run={facts.last} />}
        </>
      ) : (
        <CleanUpProgress run={facts.running} onKnown={keep} />
      )}
    </div>
  )
}

interface PartProps {
  readonly facts: CleanUpFacts
  readonly onKnown: (facts: CleanUpFacts) => void
}

/** They count at once: a run at night goes by them. */
function Rules({ facts: { rules, usualDays }, onKnown }: PartProps) {
  const t = useText()
  const { api } = useServices()
  const saving = useAct()
  const change = (some: Partial<CleanUpRules>): void =>
    void saving.run(async () => onKnown(await saveRules(api, { ...rules, ...some })))
  const usual = usualDays === 0 ? t('clean_up.never') : t('clean_up.days', { count: usualDays })
  const known: readonly number[] = DAYS
  const chosen = rules.days !== null && rules.days !== 0 && !known.includes(rules.days) ? [rules.days] : []
  return (
    <>
      <Select
        label={t('clean_up.after')}
        value={rules.days === null ? 'usual' : String(rules.days)}
        choices={[
          { value: 'usual', label: t('clean_up.usual', { usual }) },
          ...[...DAYS, ...chosen].map((count) => ({
            value: String(count),
            label: t('clean_up.days', { count }),
          })),
          { value: '0', label: t('clean_up.never') },
        ]}
        onChange={(value) => change({ days: value === 'usual' ? null : Number(value) })}
      />
      <Switch
        label={t('clean_up.conversations')}
        help={t('clean_up.conversations_help')}
        isOn={rules.keepsConversations}
        onChange={(keepsConversations) => change({ keepsConversations })}
      />
      <Switch
        label={t('clean_up.followed')}
        help={t('clean_up.followed_help')}
        isOn={rules.keepsFollowed}
        onChange={(keepsFollowed) => change({ keepsFollowed })}
      />
      {saving.failure === null ? null : (
        <FailureNotice failure={saving.failure} meaning={t('act.nothing_changed')} />
      )}
    </>
  )
}

function LookAndBegin({ facts: { rules, days }, onKnown }: PartProps) {
  const t = useText()
  const { api } = useServices()
  const looking = useAct()
  const [share, setShare] = useState(0)
  const [seen, setSeen] = useState<{ readonly rules: string; readonly look: Look } | null>(null)
  if (days === 0) return <p className={styles.meta}>{t('clean_up.off')}</p>
  // What was seen by other rules says nothing about these.
  const look = seen?.rules === JSON.stringify(rules) ? seen.look : null
  const see = async (): Promise<void> => {
    setShare(0)
    setSeen(null)
    setSeen({ rules: JSON.stringify(rules), look: await lookAtCleanUp(api, rules, setShare) })
  }
  const begin = async (): Promise<void> => {
    onKnown(await beginCleanUp(api))
    setSeen(null)
  }
  return (
    <>
      <div className={styles.acts}>
        <Button isBusy={looking.isBusy} onPress={() => void looking.run(see)}>
          {t('clean_up.look')}
        </Button>
        {look === null || look.posts + look.actors === 0 ? null : (
          <BeginButton words={wordsOf(t, look)} onBegin={begin} />
        )}
      </div>
      <div role="status">
        {looking.isBusy ? (
          <p className={styles.meta}>
            {t('clean_up.looking', { share: formatShare(t.locale, share, 1) ?? '' })}
          </p>
        ) : look === null ? null : (
          <p>{wordsOf(t, look)}</p>
        )}
      </div>
      {looking.failure === null ? null : <FailureNotice failure={looking.failure} />}
    </>
  )
}

function wordsOf(t: Text, { posts, actors, bytes }: Look): string {
  if (posts + actors === 0) return t('clean_up.nothing')
  return t('clean_up.would_go', { posts, people: actors, bytes: formatBytes(t.locale, bytes) })
}

interface BeginButtonProps {
  readonly words: string
  readonly onBegin: () => Promise<void>
}

function BeginButton({ words, onBegin }: BeginButtonProps) {
  const t = useText()
  const [isAsked, setAsked] = useState(false)
  return (
    <>
      <Button look="danger" onPress={() => setAsked(true)}>
        {t('clean_up.begin')}
      </Button>
      {isAsked ? (
        <ConfirmDialog
          title={t('clean_up.question')}
          act={t('clean_up.act')}
          onConfirm={onBegin}
          onClose={() => setAsked(false)}
        >
          {words} {t('clean_up.question_help')}
        </ConfirmDialog>
      ) : null}
    </>
  )
}
