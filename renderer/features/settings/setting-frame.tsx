/** The frame of a row: label, one line of help, control; a dot and "Reset" where it differs from what is usual; its own link. */
import { Link2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from '../../components/button.tsx'
import { cx } from '../../components/cx.ts'
import { useText } from '../../hooks/use-text.ts'
import { type RowId, type SettingRow, pathOfRow } from '../../stores/setting-rows.ts'
import styles from './rows.module.css'

interface SettingFrameProps {
  readonly row: Pick<SettingRow, 'id' | 'group'>
  readonly isChanged?: boolean
  readonly onReset?: () => void
  /** Beside the words where there is room. */
  readonly control?: ReactNode
  /** Below the words, over the whole width. */
  readonly children?: ReactNode
}

export const titleId = (id: RowId): string => `setting-${id}`
export const helpId = (id: RowId): string => `setting-${id}-help`

export function SettingFrame({ row, isChanged = false, onReset, control, children }: SettingFrameProps) {
  const t = useText()
  const title = t(`row.${row.id}`)
  return (
    <div id={row.id} tabIndex={-1} role="group" aria-labelledby={titleId(row.id)} className={styles.row}>
      <div className={styles.rowHead}>
        <div className={styles.rowWords}>
          <h3 className={styles.rowTitle}>
            <span id={titleId(row.id)}>{title}</span>
            {isChanged ? <span role="img" aria-label={t('settings.changed')} className={styles.dot} /> : null}
            <a
              href={pathOfRow(row)}
              className={cx(styles.rowLink)}
              aria-label={t('settings.link', { name: title })}
              title={t('settings.link', { name: title })}
            >
              <Link2 aria-hidden size={14} />
            </a>
          </h3>
          <p id={helpId(row.id)} className={styles.rowHelp}>
            {t(`row_help.${row.id}`)}
          </p>
        </div>
        <div className={styles.control}>
          {isChanged && onReset !== undefined ? (
            <Button look="plain" label={t('settings.reset_label', { name: title })} onPress={onReset}>
              {t('settings.reset')}
            </Button>
          ) : null}
          {control}
        </div>
      </div>
      {children}
    </div>
  )
}
