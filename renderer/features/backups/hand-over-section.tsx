/** The home on another computer: offered with a code, followed while it goes, and taken back where the other is off for good. */
import { useState } from 'react'
import { skipToken, useQuery, useQueryClient } from '@tanstack/react-query'
import type { HandOverState } from '../../../server/contracts/hand-over.ts'
import { cancelBackup } from '../../api/backups.ts'
import { getHandOver, offerHandOver, takeBack } from '../../api/hand-over.ts'
import { Button } from '../../components/button.tsx'
import { FailureNotice, Notice } from '../../components/notice.tsx'
import { Section } from '../../components/page.tsx'
import { formatMoment } from '../../formatting/moments.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './backups.module.css'
import { PasswordConfirmDialog } from './password-confirm-dialog.tsx'
import { useBackupsAgain } from './use-backups.ts'

const KEY = ['hand-over']
const CODE_KEY = ['hand-over-code']
const OPEN_EVERY_MS = 1_500
const ELSE_EVERY_MS = 15_000

/** Its parts start anew on the way: a question that is not answered then leaves what was known. */
function useHandOver(): HandOverState | null {
  const { api } = useServices()
  const { data = null } = useQuery({
    queryKey: KEY,
    queryFn: async () => getHandOver(api),
    refetchInterval: ({ state }) =>
      state.data?.phase === 'offered' || state.data?.phase === 'giving' ? OPEN_EVERY_MS : ELSE_EVERY_MS,
  })
  return data
}

type Offer = NonNullable<HandOverState['offer']>

/** As it was told when the offer was made; it is asked for nowhere, and gone with the window. */
function useOfferedCode({ expiresAt }: Offer): string | null {
  const { data } = useQuery<Offer>({
    queryKey: CODE_KEY,
    queryFn: skipToken,
    gcTime: Number.POSITIVE_INFINITY,
  })
  return data?.expiresAt === expiresAt ? data.code : null
}

function useAgain(): () => Promise<void> {
  const queries = useQueryClient()
  const backups = useBackupsAgain()
  return async () => {
    await Promise.all([queries.invalidateQueries({ queryKey: KEY }), backups()])
  }
}

interface HandOverSectionProps {
  /** Another job runs, and this one would have to wait. */
  readonly isBusy: boolean
}

export function HandOverSection({ isBusy }: HandOverSectionProps) {
  const t = useText()
  const state = useHandOver()
  if (state === null) return null
  return (
    <Section title={t('backups.hand_over')} help={t('backups.hand_over_help')}>
      {state.phase === 'none' ? <Begin isBusy={isBusy} /> : <Now state={state} />}
    </Section>
  )
}

function Begin({ isBusy }: HandOverSectionProps) {
  const t = useText()
  const { api } = useServices()
  const again = useAgain()
  const queries = useQueryClient()
  const [isAsked, setAsked] = useState(false)
  return (
    <div className={styles.acts}>
      <Button isDisabled={isBusy} onPress={() => setAsked(true)}>
        {t('backups.hand_over_offer')}
      </Button>
      {isAsked ? (
        <PasswordConfirmDialog
          title={t('backups.hand_over_question')}
          act={t('backups.hand_over_act')}
          onConfirm={async (password) => {
            const { offer } = await offerHandOver(api, password)
            queries.setQueryData(CODE_KEY, offer)
            await again()
          }}
          onClose={() => setAsked(false)}
        >
          {t('backups.hand_over_what')}
        </PasswordConfirmDialog>
      ) : null}
    </div>
  )
}

function Now({ state }: { readonly state: HandOverState }) {
  switch (state.phase) {
    case 'none':
      return null
    case 'offered':
    case 'giving':
      return <Open state={state} />
    case 'given':
    case 'taken':
      return <Silent state={state} />
    default:
      return state.phase satisfies never
  }
}

function Open({ state: { phase, offer, peer } }: { readonly state: HandOverState }) {
  const t = useText()
  const { api } = useServices()
  const again = useAgain()
  const act = useAct()
  const withdraw = async (): Promise<void> => {
    await cancelBackup(api)
    await again()
  }
  return (
    <div className={styles.words}>
      {offer === null || offer.addresses.length === 0 ? (
        <p role="status">
          {phase === 'giving'
            ? t('backups.hand_over_giving', { name: peer ?? '' })
            : t('backups.hand_over_opening')}
        </p>
      ) : (
        <Offered offer={offer} />
      )}
      <div className={styles.acts}>
        <Button isBusy={act.isBusy} onPress={() => void act.run(withdraw)}>
          {t('backups.hand_over_withdraw')}
        </Button>
      </div>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </div>
  )
}

function Offered({ offer }: { readonly offer: Offer }) {
  const t = useText()
  const code = useOfferedCode(offer)
  const [address, ...others] = offer.addresses
  if (code === null) return <p>{t('backups.hand_over_shown_before')}</p>
  return (
    <>
      <p>{t('backups.hand_over_first_page')}</p>
      <code className={styles.code} dir="ltr">
        {address}
      </code>
      <p>
        {t('backups.hand_over_type', {
          time: formatMoment(t.locale, offer.expiresAt, { timeStyle: 'short' }),
        })}
      </p>
      <code className={styles.code} dir="ltr">
        homebird hand-over take {address}
      </code>
      <p>{t('backups.hand_over_code')}</p>
      <code className={styles.code} dir="ltr">
        {code}
      </code>
      {others.length > 0 ? (
        <p className={styles.meta}>
          {t('backups.hand_over_also')} <bdi dir="ltr">{others.join(', ')}</bdi>
        </p>
      ) : null}
    </>
  )
}

/** Another computer speaks, or will as soon as it has heard that it may. */
function Silent({ state: { phase, peer, since } }: { readonly state: HandOverState }) {
  const t = useText()
  const { api } = useServices()
  const again = useAgain()
  const [isAsked, setAsked] = useState(false)
  const date = formatMoment(t.locale, since ?? '', { dateStyle: 'medium', timeStyle: 'short' })
  return (
    <>
      <Notice>
        {t(`backups.hand_over_${phase === 'taken' ? 'taken' : 'given'}`, { name: peer ?? '', date })}
      </Notice>
      <div className={styles.acts}>
        <Button onPress={() => setAsked(true)}>{t('backups.take_back')}</Button>
      </div>
      {isAsked ? (
        <PasswordConfirmDialog
          title={t('backups.take_back_question')}
          act={t('backups.take_back_act')}
          onConfirm={async (password) => {
            await takeBack(api, password)
            await again()
          }}
          onClose={() => setAsked(false)}
        >
          {t('backups.take_back_what', { name: peer ?? '' })}
        </PasswordConfirmDialog>
      ) : null}
    </>
  )
}
