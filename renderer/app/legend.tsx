/** The keys and what they do. */
import { Dialog } from '../components/dialog.tsx'
import { useText } from '../hooks/use-text.ts'
import { LEGEND } from '../keys/keymap.ts'
import styles from './legend.module.css'

export function Legend({ onClose }: { readonly onClose: () => void }) {
  const t = useText()
  return (
    <Dialog title={t('keys.title')} onClose={onClose}>
      <dl className={styles.legend}>
        {LEGEND.map(({ keys, command }) => (
          <div key={command}>
            <dt>{t(`keys.${command}`)}</dt>
            <dd dir="ltr">
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
