/** The help bundle: every word of it is shown before it is saved, and what is saved is what was shown. */
import { useQuery } from '@tanstack/react-query'
import type { HelpBundle } from '../../../server/contracts/logs.ts'
import { getHelpBundle } from '../../api/home.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { saveFile } from '../../components/save-file.ts'
import { storedZip } from '../../stores/stored-zip.ts'
import styles from './items.module.css'

const SECTIONS = [
  'program',
  'settings',
  'doctor',
  'status',
  'storage',
  'caches',
  'edge',
  'journal',
  'log',
] as const
type SectionName = (typeof SECTIONS)[number]
const isSection = (name: string): name is SectionName => SECTIONS.some((known) => known === name)

export function HelpBundleSheet({ onClose }: { readonly onClose: () => void }) {
  const t = useText()
  const { api } = useServices()
  const bundle = useQuery({
    queryKey: ['help-bundle'],
    queryFn: async () => getHelpBundle(api),
    staleTime: 0,
    gcTime: 0,
  })
  const acts =
    bundle.data === undefined ? undefined : (
      <>
        <Button onPress={onClose}>{t('act.cancel')}</Button>
        <Button look="primary" onPress={() => bundle.data !== undefined && save(bundle.data)}>
          {t('help.save')}
        </Button>
      </>
    )
  return (
    <Dialog title={t('help.title')} isWide onClose={onClose} {...(acts === undefined ? {} : { acts })}>
      <p>{t('help.about')}</p>
      <QueryState query={bundle} loading={t('help.gathering')}>
        {({ sections }) => (
          <div>
            {sections.map(({ name, text }) => (
              <details key={name} className={styles.fold} open={name === 'program'}>
                <summary>{isSection(name) ? t(`help_part.${name}`) : name}</summary>
                {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard */}
                <pre className={styles.code} dir="ltr" tabIndex={0}>
                  {text}
                </pre>
              </details>
            ))}
          </div>
        )}
      </QueryState>
    </Dialog>
  )
}

/** Laid out as by `homebird help-bundle`. */
function save({ at, sections }: HelpBundle): void {
  const name = `homebird-help-${at.slice(0, 10)}`
  const texts = sections.map((section) => ({
    path: `${name}/${section.name}.txt`,
    text: `${section.text}\n`,
  }))
  saveFile(new Blob([storedZip(texts, new Date(at))], { type: 'application/zip' }), `${name}.zip`)
}
