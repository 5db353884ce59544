/** The keys and what they do, by what one is about. */
import { Dialog } from '../components/dialog.tsx'
import { KeyHint } from '../components/key-hint.tsx'
import { useObservable } from '../hooks/use-observable.ts'
import { useServices } from '../hooks/use-services.ts'
import { useText } from '../hooks/use-text.ts'
import { KEY_GROUPS } from '../keys/keymap.ts'
import styles from './legend.module.css'

export function Legend({ onClose }: { readonly onClose: () => void }) {
  const t = useText()
  const { keys } = useServices()
  const { bindings } = useObservable(keys.view)
  return (
    <Dialog title={t('keys.title')} isWide onClose={onClose}>
      <div className={styles.groups}>
        {KEY_GROUPS.map(({ name, commands }) => (
          <section key={name}>
            <h3 className={styles.name}>{t(`keys.group_${name}`)}</h3>
            <dl className={styles.legend}>
              {commands
                .filter((command) => bindings[command].length > 0)
                .map((command) => (
                  <div key={command}>
                    <dt>{t(`keys.${command}`)}</dt>
                    <dd>
                      <KeyHint keys={bindings[command]} />
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
      <p className={styles.note}>{t('keys.note')}</p>
    </Dialog>
  )
}
