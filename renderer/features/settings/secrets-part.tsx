/** How well this computer keeps the keys of the home, in one plain sentence, and the choice to keep them plain. Only in the desktop app. */
import { useQuery } from '@tanstack/react-query'
import { ShellSwitch } from '../../components/shell-switch.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { useText } from '../../hooks/use-text.ts'
import { findDesktopBridge } from '../../stores/desktop-shell.ts'
import styles from './parts.module.css'

export function SecretsPart() {
  const t = useText()
  const query = useQuery({
    queryKey: ['secrets-level'],
    queryFn: async () => (await findDesktopBridge(window)?.secrets.level()) ?? 'plain',
  })
  const keptPlain = findDesktopBridge(window)?.secrets.keptPlain
  return (
    <div className={styles.stack}>
      <QueryState query={query}>{(level) => <p>{t(`secrets_part.${level}`)}</p>}</QueryState>
      {keptPlain !== undefined && (
        <ShellSwitch
          choice={keptPlain}
          label={t('secrets_part.keep_plain')}
          help={t('secrets_part.keep_plain_note')}
          refused={t('secrets_part.refused')}
        />
      )}
    </div>
  )
}
