/** Which backup, what opens it, what is inside, and how far it is. The form around it has the button. Its words are the part `recovery`. */
import { type ReactNode, useEffect, useRef } from 'react'
import type { RestorePreview } from '../../server/contracts/backups.ts'
import type { KeeperOutcome, KeeperProgress } from '../../server/contracts/keeping.ts'
import { cancelBackup } from '../api/backups.ts'
import { formatMoment } from '../formatting/moments.ts'
import { formatCount } from '../formatting/numbers.ts'
import { useAct } from '../hooks/use-act.ts'
import type { Restoring } from '../hooks/use-restoring.ts'
import { useServices } from '../hooks/use-services.ts'
import { useText } from '../hooks/use-text.ts'
import { Button } from './button.tsx'
import { FarBackups } from './far-backups.tsx'
import { FileButton } from './file-button.tsx'
import { FailureNotice, Notice } from './notice.tsx'
import { RestoreProgress } from './restore-progress.tsx'
import styles from './restore-ways.module.css'
import { TextField } from './text-field.tsx'

interface RestoreFieldsProps {
  readonly restoring: Restoring
  /** A home that is set up has something to lose. */
  readonly asksPassword: boolean
}

/** What was typed stands while it runs: it may end with nothing changed. */
export function RestoreFields({ restoring, asksPassword }: RestoreFieldsProps) {
  const { isStarted, progress } = restoring
  return (
    <>
      {isStarted ? <UnderWay progress={progress} /> : null}
      <div className={styles.ways} hidden={isStarted}>
        <Fields restoring={restoring} asksPassword={asksPassword} />
      </div>
    </>
  )
}

function Fields({ restoring, asksPassword }: RestoreFieldsProps) {
  const t = useText()
  const { answers, change, chosen, bring, preview, act, failed } = restoring
  return (
    <>
      {asksPassword ? (
        <TextField
          kind="current-password"
          label={t('recovery.own_password')}
          value={answers.password}
          onChange={(password) => change({ password })}
        />
      ) : null}
      <div className={styles.choice}>
        <FileButton
          accept=".backup,application/octet-stream"
          isBusy={act.isBusy}
          onFile={(file) => void bring(file)}
        >
          {t('recovery.choose_file')}
        </FileButton>
        <span role="status" className={styles.note}>
          {act.isBusy ? t('recovery.waits') : null}
          {!act.isBusy && chosen !== null ? <bdi dir="ltr">{chosen}</bdi> : null}
        </span>
      </div>
      <TextField
        kind="domain"
        label={t('recovery.path')}
        help={t('recovery.path_help')}
        value={answers.path}
        onChange={(path) => change({ path })}
        maxLength={4_000}
      />
      <FarBackups restoring={restoring} />
      <TextField
        kind="current-password"
        label={t('recovery.words')}
        help={t('recovery.words_help')}
        value={answers.words}
        onChange={(words) => change({ words })}
      />
      {preview === null ? null : <Inside preview={preview} />}
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
      )}
      {failed === null ? null : <Ended outcome={failed} />}
    </>
  )
}

function Inside({ preview: { inside, replaces, folder } }: { readonly preview: RestorePreview }) {
  const t = useText()
  const moment = formatMoment(t.locale, inside.madeAt, { dateStyle: 'medium', timeStyle: 'short' })
  const counts = {
    posts: formatCount(t.locale, inside.posts),
    followers: formatCount(t.locale, inside.followers),
    following: formatCount(t.locale, inside.following),
  }
  return (
    <section role="status">
      <h3>{t('recovery.inside')}</h3>
      <p>
        <bdi dir="ltr">{inside.identities.join(', ')}</bdi>
      </p>
      <p>{t('recovery.inside_made', { moment, version: inside.madeBy })}</p>
      <p>{t('recovery.inside_counts', counts)}</p>
      {replaces.length === 0 ? (
        <p>{t('recovery.replaces_nothing')}</p>
      ) : (
        <p>
          {t('recovery.replaces')} <bdi dir="ltr">{replaces.join(', ')}</bdi>.{' '}
          {t('recovery.replaces_kept', { folder })}
        </p>
      )}
      <p>{t('recovery.old_home')}</p>
    </section>
  )
}

/** How one has ended that is not there. */
function Ended({ outcome: { result, message } }: { readonly outcome: KeeperOutcome }) {
  const t = useText()
  return (
    <Next>
      {result === 'cancelled' ? (
        <p role="status">{t('recovery.cancelled')}</p>
      ) : (
        <Notice>
          {t('recovery.restore_failed')} <span lang="en">{message}</span>
        </Notice>
      )}
    </Next>
  )
}

/** Takes the focus where the button that was pressed is gone. */
function Next({ children }: { readonly children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (document.activeElement === document.body) box.current?.focus()
  }, [])
  return (
    <div ref={box} tabIndex={-1}>
      {children}
    </div>
  )
}

function UnderWay({ progress }: { readonly progress: KeeperProgress | null }) {
  const t = useText()
  return (
    <div className={styles.ways}>
      <section>
        <Next>
          <p role="status">{progress === null ? t('recovery.opens_again') : t('recovery.under_way')}</p>
        </Next>
        {progress === null ? null : <HowFar progress={progress} />}
        <p className={styles.note}>{t('recovery.signs_in')}</p>
      </section>
    </div>
  )
}

function HowFar({ progress }: { readonly progress: KeeperProgress }) {
  const t = useText()
  const { api } = useServices()
  const act = useAct()
  return (
    <>
      <RestoreProgress progress={progress} className={styles.note} />
      <div className={styles.choice}>
        <Button isBusy={act.isBusy} onPress={() => void act.run(async () => cancelBackup(api))}>
          {t('act.cancel')}
        </Button>
        <span className={styles.note}>{t('recovery.cancel_help')}</span>
      </div>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </>
  )
}
