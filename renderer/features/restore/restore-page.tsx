/** Bringing a home back, and the sheet that helps with it. */
import { Page, Section } from '../../components/page.tsx'
import { RecoverySheet } from '../../components/recovery-sheet.tsx'
import { RestoreWays } from '../../components/restore-ways.tsx'
import { useHomeFacts } from '../../hooks/use-facts.ts'
import { QueryState } from '../../components/query-state.tsx'
import { useText } from '../../hooks/use-text.ts'
import { RestoreBackup } from './restore-backup.tsx'

export function RestorePage() {
  const t = useText()
  const facts = useHomeFacts()
  return (
    <Page title={t('recovery.restore_title')} hasBack>
      <Section title={t('recovery.sheet_title')} help={t('recovery.sheet_help')}>
        <QueryState query={facts}>
          {({ username, domain }) => <RecoverySheet username={username} domain={domain} />}
        </QueryState>
      </Section>
      <RestoreBackup />
      <Section title={t('recovery.ways_title')}>
        <RestoreWays />
      </Section>
    </Page>
  )
}
