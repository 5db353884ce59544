/** What can be brought back today and how, told as it is. Its words are the part `recovery`. */
import { useText } from '../hooks/use-text.ts'
import { Command } from './command.tsx'
import styles from './restore-ways.module.css'

export function RestoreWays() {
  const t = useText()
  return (
    <div className={styles.ways}>
      <p>{t('recovery.ways_lead')}</p>
      <section>
        <h2>{t('recovery.folder_title')}</h2>
        <ol>
          <li>{t('recovery.folder_stop')}</li>
          <li>{t('recovery.folder_copy')}</li>
          <li>
            {t('recovery.folder_start')} <Command text="homebird serve --data-dir FOLDER" />
          </li>
        </ol>
        <p className={styles.note}>{t('recovery.folder_once')}</p>
      </section>
      <section>
        <h2>{t('recovery.lists_title')}</h2>
        <p>{t('recovery.lists_help')}</p>
      </section>
      <section>
        <h2>{t('recovery.adopt_title')}</h2>
        <p>{t('recovery.adopt_help')}</p>
        <Command text="homebird adopt --help" />
      </section>
    </div>
  )
}
