/** One import: how far it is, what failed as a file, a way to stop it. */
import { useQueryClient } from '@tanstack/react-query'
import type { ImportProgress } from '../../../server/contracts/import.ts'
import { cancelImport, getFailures } from '../../api/transfer.ts'
import { AmountBar } from '../../components/amount-bar.tsx'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { saveFile } from '../../components/save-file.ts'
import styles from './transfer.module.css'

export function ImportRow({ progress }: { readonly progress: ImportProgress }) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const { id, kind, state, entries, done, failed, createdAt } = progress
  const cancel = async (): Promise<void> => {
    await cancelImport(api, id)
    await queries.invalidateQueries({ queryKey: ['imports'] })
  }
  const settled = done + failed
  return (
    <li className={styles.import}>
      <div className={styles.row}>
        <h3>{t(`transfer.${kind === 'filters' ? 'custom_filters' : kind}`)}</h3>
        <span className={styles.note}>
          {t(`imports.state_${state}`)} · <RelativeTime moment={createdAt} />
        </span>
      </div>
      <AmountBar label={t('imports.progress')} done={settled} total={entries} />
      <p className={styles.note}>{t('imports.counts', { done, entries, failed })}</p>
      <div className={styles.acts}>
        {state === 'working' ? (
          <Button isBusy={act.isBusy} onPress={() => void act.run(cancel)}>
            {t('imports.cancel')}
          </Button>
        ) : null}
        {failed === 0 ? null : (
          <Button
            isBusy={act.isBusy}
            onPress={() =>
              void act.run(async () => saveFile(await getFailures(api, id), `failures-${kind}.csv`))
            }
          >
            {t('imports.failures')}
          </Button>
        )}
      </div>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </li>
  )
}
