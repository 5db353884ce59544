/** Where the old server is: its database, its files, and its main host where that is another. */
import type { AdoptionSource } from '../../../server/contracts/adoption.ts'
import { TextField } from '../../components/text-field.tsx'
import { useText } from '../../hooks/use-text.ts'
import styles from './setup.module.css'

export interface SourceAnswers {
  readonly database: string
  readonly media: string
  readonly mainHost: string
}

const ADDRESS_SHAPE = 'postgresql://user:password@host/database'
/** An address with its secrets may be long. */
const MOST_CHARACTERS = 4_000

export function sourceFrom(
  { database, media, mainHost }: SourceAnswers,
  user: string | null,
): AdoptionSource {
  const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())
  return { database: database.trim(), media: orNull(media), mainHost: orNull(mainHost), user }
}

interface AdoptionSourceFormProps {
  readonly answers: SourceAnswers
  /** Whether what is missing is said. */
  readonly isAsked: boolean
  readonly onChange: (part: Partial<SourceAnswers>) => void
}

export function AdoptionSourceForm({ answers, isAsked, onChange }: AdoptionSourceFormProps) {
  const t = useText()
  const { database, media, mainHost } = answers
  return (
    <>
      <TextField
        label={t('adoption.database')}
        help={t('adoption.database_help')}
        kind="domain"
        name="database"
        placeholder={ADDRESS_SHAPE}
        autoFocus
        maxLength={MOST_CHARACTERS}
        flaw={isAsked && database.trim() === '' ? t('adoption.missing') : null}
        value={database}
        onChange={(typed) => onChange({ database: typed })}
      />
      <TextField
        label={t('adoption.media')}
        help={t('adoption.media_help')}
        kind="domain"
        name="media"
        maxLength={MOST_CHARACTERS}
        value={media}
        onChange={(typed) => onChange({ media: typed })}
      />
      <details className={styles.fix}>
        <summary>{t('adoption.more')}</summary>
        <div className={styles.folded}>
          <TextField
            label={t('adoption.main_host')}
            help={t('adoption.main_host_help')}
            kind="domain"
            name="main-host"
            placeholder="example.org"
            value={mainHost}
            onChange={(typed) => onChange({ mainHost: typed })}
          />
        </div>
      </details>
    </>
  )
}
