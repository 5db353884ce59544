/** How well this computer keeps the keys of the home, in one plain sentence. Only in the desktop app. */
import { useQuery } from '@tanstack/react-query'
import { QueryState } from '../../components/query-state.tsx'
import { useText } from '../../hooks/use-text.ts'
import { findDesktopBridge } from '../../stores/desktop-shell.ts'

export function SecretsPart() {
  const t = useText()
  const query = useQuery({
    queryKey: ['secrets-level'],
    queryFn: async () => (await findDesktopBridge(window)?.secrets.level()) ?? 'plain',
  })
  return <QueryState query={query}>{(level) => <p>{t(`secrets_part.${level}`)}</p>}</QueryState>
}
