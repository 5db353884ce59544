/** A row that leads to a page of its own. */
import { ChevronRight } from 'lucide-react'
import { AppLink } from '../../components/app-link.tsx'
import { cx } from '../../components/cx.ts'
import { useText } from '../../hooks/use-text.ts'
import type { SettingRow } from '../../stores/setting-rows.ts'
import { SettingFrame } from './setting-frame.tsx'
import styles from './rows.module.css'

export function WayRow({ row }: { readonly row: Extract<SettingRow, { kind: 'way' }> }) {
  const t = useText()
  return (
    <SettingFrame
      row={row}
      control={
        <AppLink to={row.to} className={cx(styles.way)}>
          {t('settings.open')}
          <span className="visually-hidden"> {t(`row.${row.id}`)}</span>
          <ChevronRight aria-hidden size={16} />
        </AppLink>
      }
    />
  )
}
