/** Everything that the person may take along: all at once, and every list as a file. */
import { Download } from 'lucide-react'
import { EXPORT_FILES, getExport } from '../../api/transfer.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Page, Section } from '../../components/page.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { saveFile } from '../../components/save-file.ts'
import styles from './transfer.module.css'
import { WholeExports } from './whole-exports.tsx'

export function ExportsPage() {
  const t = useText()
  return (
    <Page title={t('exports.title')} hasBack>
      <WholeExports />
      <Section title={t('exports.files')} help={t('exports.help')}>
        <ul className={styles.list}>
          {EXPORT_FILES.map((name) => (
            <ExportRow key={name} name={name} />
          ))}
        </ul>
      </Section>
      <Section title={t('farewell.section')} help={t('farewell.section_help')}>
        <div>
          <AppLink to="/farewell">{t('farewell.open')}</AppLink>
        </div>
      </Section>
    </Page>
  )
}

function ExportRow({ name }: { readonly name: (typeof EXPORT_FILES)[number] }) {
  const t = useText()
  const { api } = useServices()
  const act = useAct()
  const [kind = ''] = name.split('.')
  const words = t(`transfer.${kind as 'following'}`)
  return (
    <li className={styles.row}>
      <div>
        <h3>{words}</h3>
        <code dir="ltr" className={styles.note}>
          {name}
        </code>
      </div>
      <Button
        label={t('exports.save_label', { name: words })}
        isBusy={act.isBusy}
        onPress={() => void act.run(async () => saveFile(await getExport(api, name), name))}
      >
        <Download aria-hidden size={16} /> {t('exports.save')}
      </Button>
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} act={{ label: t('act.close'), onPress: act.forget }} />
      )}
    </li>
  )
}
