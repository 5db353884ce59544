/** A backup takes the place of this home: which one, what is inside, and the password that says so. */
import { useSearchParams } from 'wouter'
import { Button } from '../../components/button.tsx'
import { Section } from '../../components/page.tsx'
import { RestoreFields } from '../../components/restore-fields.tsx'
import { useRestoring } from '../../hooks/use-restoring.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './restore.module.css'

export function RestoreBackup() {
  const t = useText()
  const [parameters] = useSearchParams()
  const [place, name] = [parameters.get('place'), parameters.get('name')]
  const restoring = useRestoring(place === null || name === null ? null : { place, name })
  const { preview, act, canGoOn, isStarted } = restoring
  return (
    <Section title={t('recovery.backup_title')} help={t('recovery.backup_help')}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          void restoring.goOn()
        }}
      >
        <RestoreFields restoring={restoring} asksPassword />
        {isStarted ? null : (
          <div>
            <Button
              type="submit"
              look={preview === null ? 'primary' : 'danger'}
              isBusy={act.isBusy}
              isDisabled={!canGoOn}
            >
              {t(preview === null ? 'recovery.look' : 'recovery.restore_act')}
            </Button>
          </div>
        )}
      </form>
    </Section>
  )
}
