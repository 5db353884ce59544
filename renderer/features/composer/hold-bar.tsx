/** Posts on their way: how long each is held back, Undo and Send now; then what became of it. */
import { useEffect, useState } from 'react'
import { dateFormat } from '../../formatting/formatters.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Button } from '../../components/button.tsx'
import { FailureNotice, Notice } from '../../components/notice.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useObservable } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { Ending, HeldPost } from '../../stores/outgoing.ts'
import styles from './hold-bar.module.css'

export function HoldBar() {
  const { outgoing } = useServices()
  const { held, ending } = useObservable(outgoing.view)
  return (
    <div className={styles.bars}>
      {held.map((post) => (
        <Held key={post.id} post={post} />
      ))}
      <div role="status">
        {ending === null || ending.kind === 'failed' ? null : <Ended ending={ending} />}
      </div>
      {ending?.kind === 'failed' ? <Unsent reason={ending.reason} draftId={ending.draftId} /> : null}
    </div>
  )
}

/** Where the composer is a page of its own: what it sent is held back also after it was left. */
export function FloatingHold() {
  return (
    <div className={styles.floating}>
      <HoldBar />
    </div>
  )
}

function Held({ post }: { readonly post: HeldPost }) {
  const t = useText()
  const { outgoing } = useServices()
  const act = useAct()
  const seconds = useSecondsUntil(post.sendsAtMs)
  const isGoing = post.isGoing || seconds === 0
  return (
    <div className={styles.bar}>
      <p className={styles.words}>
        <span className="figures" aria-live="off">
          {isGoing ? t('composer.sending') : t('composer.sending_in', { seconds })}
        </span>
        <span className="visually-hidden" role="status">
          {isGoing ? t('composer.sending') : t('composer.held')}
        </span>
        <span className={styles.text} dir="auto">
          {post.text}
        </span>
      </p>
      {isGoing ? null : (
        <div className={styles.acts}>
          <Button isBusy={act.isBusy} onPress={() => void act.run(async () => outgoing.undo(post.id))}>
            {t('act.undo')}
          </Button>
          <Button look="plain" onPress={() => void act.run(async () => outgoing.sendNow(post.id))}>
            {t('composer.send_now')}
          </Button>
        </div>
      )}
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('composer.still_held')} />
      )}
    </div>
  )
}

function Ended({ ending }: { readonly ending: Exclude<Ending, { kind: 'failed' }> }) {
  const t = useText()
  const words =
    ending.kind === 'scheduled'
      ? t('composer.scheduled', {
          moment: dateFormat(t.locale, { dateStyle: 'medium', timeStyle: 'short' }).format(
            new Date(ending.moment),
          ),
        })
      : t(ENDINGS[ending.kind])
  const to = ending.kind === 'scheduled' ? '/scheduled' : `/posts/${ending.postId}`
  return (
    <p className={styles.ended}>
      {words} <AppLink to={to}>{t('composer.view')}</AppLink>
    </p>
  )
}

const ENDINGS = {
  posted: 'composer.posted',
  edited: 'composer.edited',
  too_late: 'composer.too_late',
} as const

function Unsent({ reason, draftId }: { readonly reason: string; readonly draftId: string }) {
  const t = useText()
  const { drafts, outgoing } = useServices()
  const open = (): void => {
    outgoing.forgetEnding()
    drafts.open(draftId)
  }
  return (
    <Notice act={<Button onPress={open}>{t('composer.open_draft')}</Button>}>
      {t('composer.unsent', { reason: reason.replace(/\.$/, '') })}
    </Notice>
  )
}

function useSecondsUntil(moment: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250)
    return () => clearInterval(timer)
  }, [])
  return Math.max(0, Math.ceil((moment - now) / 1_000))
}
