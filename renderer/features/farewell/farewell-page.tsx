/** Leaving for good: what it means in numbers, confirmed by handle and password, and called off while there is time. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { FarewellFacts, FarewellPreview, FarewellProgress } from '../../../server/contracts/farewell.ts'
import { callOffFarewell, getFarewell, sayFarewell } from '../../api/leaving.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Page, Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { TextField } from '../../components/text-field.tsx'
import { dateFormat } from '../../formatting/formatters.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useAsksForCode } from '../../hooks/use-asks-for-code.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './farewell.module.css'

const FAREWELL_KEY = ['farewell']
const LOOK_EVERY_MS = 10_000
/** The password, or the code where both are asked for. */
const WRONG = 422

export function FarewellPage() {
  const t = useText()
  const { api, session } = useServices()
  const query = useQuery({
    queryKey: FAREWELL_KEY,
    queryFn: async () => {
      const facts = await getFarewell(api)
      // From then on nobody lives here, and the whole window says so: asked with each look, should the home be busy.
      if (facts.progress !== null && facts.progress.phase !== 'waiting') await session.refresh()
      return facts
    },
    refetchInterval: ({ state }) => (state.data?.progress ? LOOK_EVERY_MS : false),
  })
  return (
    <Page title={t('farewell.title')} hasBack>
      <QueryState query={query}>
        {({ progress, preview }) =>
          progress === null ? <Question preview={preview} /> : <Waiting progress={progress} />
        }
      </QueryState>
    </Page>
  )
}

function useAnswer() {
  const queries = useQueryClient()
  return (facts: FarewellFacts): void => void queries.setQueryData(FAREWELL_KEY, facts)
}

function Waiting({ progress }: { readonly progress: FarewellProgress }) {
  const t = useText()
  const { api } = useServices()
  const act = useAct()
  const take = useAnswer()
  const moment = dateFormat(t.locale, { dateStyle: 'full', timeStyle: 'short' }).format(
    new Date(progress.dueAt),
  )
  return (
    <Section title={t('farewell.due_title')}>
      <p role="status">{t('farewell.due', { moment })}</p>
      <div className={styles.acts}>
        <Button
          look="primary"
          isBusy={act.isBusy}
          onPress={() => void act.run(async () => take(await callOffFarewell(api)))}
        >
          {t('farewell.stay')}
        </Button>
        <AppLink to="/exports">{t('farewell.save_first')}</AppLink>
      </div>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </Section>
  )
}

function Question({ preview }: { readonly preview: FarewellPreview }) {
  const t = useText()
  const { handles, posts, followers, following, files, servers } = preview
  const isolated = handles.map((handle) => `\u2068${handle}\u2069`).join(', ')
  return (
    <>
      <Section title={t('farewell.section')}>
        <p>{t('farewell.lead')}</p>
        <p>{t('farewell.lost', { posts, followers, following, files })}</p>
        <p>{t('farewell.servers', { count: servers })}</p>
        <p>{t('farewell.for_ever', { handles: isolated })}</p>
        <p>{t('farewell.wait')}</p>
        <p>{t('farewell.copies')}</p>
      </Section>
      <Section title={t('farewell.confirm')}>
        <Proof handle={handles[0] ?? ''} />
      </Section>
    </>
  )
}

function Proof({ handle }: { readonly handle: string }) {
  const t = useText()
  const { api } = useServices()
  const act = useAct()
  const take = useAnswer()
  const [proof, setProof] = useState(NOTHING_TYPED)
  const [isAsked, setAsked] = useState(false)
  const isWrong = act.failure?.status === WRONG
  const isNamed = handle !== '' && bareName(proof.handle) === bareName(handle)
  /** What was said of the last try is not true of the next. */
  const change = (next: Partial<typeof proof>): void => {
    setProof({ ...proof, ...next })
    act.forget()
  }
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault()
    setAsked(true)
    if (isNamed && proof.password !== '') void act.run(async () => take(await sayFarewell(api, proof)))
  }
  const named = { handle: `\u2068${handle}\u2069` }
  const empty = isAsked && proof.password === '' ? t('farewell.password_flaw') : null
  return (
    <form className={styles.form} onSubmit={submit}>
      <TextField
        kind="domain"
        label={t('farewell.type', named)}
        flaw={isAsked && !isNamed ? t('farewell.type_flaw', named) : null}
        value={proof.handle}
        onChange={(typed) => change({ handle: typed })}
      />
      <TextField
        kind="current-password"
        label={t('farewell.password')}
        flaw={isWrong ? t('farewell.wrong') : empty}
        value={proof.password}
        onChange={(password) => change({ password })}
      />
      <CodeField isWrong={isWrong} value={proof.code} onChange={(code) => change({ code })} />
      {act.failure === null || isWrong ? null : <FailureNotice failure={act.failure} />}
      <div>
        <Button look="danger" type="submit" isBusy={act.isBusy}>
          {t('farewell.act')}
        </Button>
      </div>
    </form>
  )
}

const NOTHING_TYPED = { handle: '', password: '', code: '' }

const bareName = (name: string): string => name.trim().replace(/^@/, '').toLowerCase()

interface CodeFieldProps {
  readonly isWrong: boolean
  readonly value: string
  readonly onChange: (next: string) => void
}

/** Where the owner has an authenticator. */
function CodeField({ isWrong, value, onChange }: CodeFieldProps) {
  const t = useText()
  if (!useAsksForCode(isWrong)) return null
  return (
    <TextField
      kind="domain"
      autoComplete="one-time-code"
      label={t('farewell.code')}
      help={t('farewell.code_help')}
      value={value}
      onChange={onChange}
    />
  )
}
