/** What makes the home faster or more sparing: each knob with its value now, where that comes from, and what it does. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import {
  type KnobFacts,
  KNOBS,
  type TuningFacts,
  type ValueOrigin,
} from '../../../server/contracts/tuning.ts'
import { getTuning, TUNING_KEY } from '../../api/tuning.ts'
import { Button } from '../../components/button.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { formatBytes } from '../../formatting/amounts.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { KnobDialog } from './knob-dialog.tsx'
import styles from './parts.module.css'

export function KnobsPart() {
  const { api } = useServices()
  const query = useQuery({ queryKey: TUNING_KEY, queryFn: async () => getTuning(api) })
  return <QueryState query={query}>{(facts) => <Knobs facts={facts} />}</QueryState>
}

function Knobs({ facts }: { readonly facts: TuningFacts }) {
  const t = useText()
  const queries = useQueryClient()
  const [turned, setTurned] = useState<KnobFacts | null>(null)
  const { knobs, machine, sparing } = facts
  const memory = formatBytes(t.locale, machine.memoryBytes)
  const isWaiting = knobs.some(({ next }) => next !== null)
  return (
    <div className={styles.stack}>
      <p className={styles.note}>{t('knobs.machine', { cores: machine.cores, memory })}</p>
      {sparing.length === 0 ? null : (
        <ul className={styles.list}>
          {sparing.map((reason) => (
            <li key={reason}>{t(`knobs.sparing_${reason}`)}</li>
          ))}
        </ul>
      )}
      <p role="status">{isWaiting ? t('knobs.waiting') : null}</p>
      <ul className={styles.list}>
        {knobs.map((knob) => (
          <Knob key={knob.name} knob={knob} onTurn={() => setTurned(knob)} />
        ))}
      </ul>
      {turned === null ? null : (
        <KnobDialog
          knob={turned}
          onTurned={(after) => queries.setQueryData(TUNING_KEY, after)}
          onClose={() => setTurned(null)}
        />
      )}
    </div>
  )
}

function Knob({ knob, onTurn }: { readonly knob: KnobFacts; readonly onTurn: () => void }) {
  const t = useText()
  const { name, variable, value, next, isFixed, inForce, origin } = knob
  const title = t(`knob.${name}`)
  const isLess = inForce !== null && String(inForce) !== value
  return (
    <li className={styles.knob}>
      <div className={styles.knobWords}>
        <h4 className={styles.knobTitle}>{title}</h4>
        <p className={styles.note}>{t(`knob_help.${name}`)}</p>
        <p className={styles.note}>
          {origin === null
            ? null
            : `${t(`knobs.from_${wordOf(origin)}`, { variable: origin.variable ?? '' })} · `}
          <code dir="ltr">{variable}</code>
        </p>
      </div>
      <div className={styles.knobValue}>
        <span>
          <code dir="ltr">{value === '' ? '–' : value}</code>
          {isLess ? ` ${t('knobs.in_force', { count: inForce })}` : null}
        </span>
        {next === null ? null : (
          <span className={styles.knobNext}>
            {t('knobs.next')} <code dir="ltr">{next === '' ? '–' : next}</code>
          </span>
        )}
        {KNOBS[name] === 'here' && !isFixed && origin !== null ? (
          <Button label={t('knobs.change_label', { name: title })} onPress={onTurn}>
            {t('knobs.change')}
          </Button>
        ) : null}
      </div>
    </li>
  )
}

function wordOf({ from, isAutomatic }: ValueOrigin) {
  if (isAutomatic) return 'automatic'
  return from === 'command line' ? 'command_line' : from
}
