/** Which backup, what opens it, what is inside, and how far it is. The form around it has the button. Its words are the part `recovery`. */
import type { RestorePreview } from '../../server/contracts/backups.ts'
import type { KeeperProgress } from '../../server/contracts/keeping.ts'
import { formatBytes } from '../formatting/amounts.ts'
import { formatMoment } from '../formatting/moments.ts'
import { formatCount } from '../formatting/numbers.ts'
import type { Restoring } from '../hooks/use-restoring.ts'
import { useText } from '../hooks/use-text.ts'
import type { Text } from '../i18n/i18n.ts'
import { FileButton } from './file-button.tsx'
import { FailureNotice, Notice } from './notice.tsx'
import styles from './restore-ways.module.css'
import { TextField } from './text-field.tsx'

interface RestoreFieldsProps {
  readonly restoring: Restoring
  /** A home that is set up has something to lose. */
  readonly asksPassword: boolean
}

export function RestoreFields({ restoring, asksPassword }: RestoreFieldsProps) {
  const t = useText()
  const { answers, change, chosen, bring, preview, act, isStarted, failed } = restoring
  if (isStarted) return <UnderWay progress={restoring.progress} />
  return (
    <div className={styles.ways}>
      <div className={styles.choice}>
        <FileButton accept=".backup,application/octet-stream" onFile={(file) => void bring(file)}>
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
      <TextField
        kind="current-password"
        label={t('recovery.words')}
        help={t('recovery.words_help')}
        value={answers.words}
        onChange={(words) => change({ words })}
      />
      {asksPassword ? (
        <TextField
          kind="current-password"
          label={t('recovery.own_password')}
          value={answers.password}
          onChange={(password) => change({ password })}
        />
      ) : null}
      {preview === null ? null : <Inside preview={preview} />}
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
      )}
      {failed === null ? null : (
        <Notice>
          {t('recovery.restore_failed')} <span lang="en">{failed.message}</span>
        </Notice>
      )}
    </div>
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

function UnderWay({ progress }: { readonly progress: KeeperProgress | null }) {
  const t = useText()
  return (
    <section role="status">
      <p>{progress === null ? t('recovery.opens_again') : t('recovery.under_way')}</p>
      {progress === null ? null : <p className={styles.note}>{amountOf(t, progress)}</p>}
      <p className={styles.note}>{t('recovery.signs_in')}</p>
    </section>
  )
}

function amountOf(t: Text, { done, total, unit }: KeeperProgress): string {
  const amount = (count: number): string =>
    unit === 'bytes' ? formatBytes(t.locale, count) : formatCount(t.locale, count)
  return total === null
    ? amount(done)
    : t('recovery.amount', { done: amount(Math.min(done, total)), total: amount(total) })
}
