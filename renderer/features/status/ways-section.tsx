/** The other pages about the home, each with what it is good for. */
import {
  Archive,
  BookOpen,
  ChevronRight,
  Globe,
  HardDrive,
  ListChecks,
  RefreshCw,
  ScrollText,
  Stethoscope,
  Waypoints,
} from 'lucide-react'
import { AppLink } from '../../components/app-link.tsx'
import { cx } from '../../components/cx.ts'
import { Section } from '../../components/page.tsx'
import { useText } from '../../hooks/use-text.ts'
import items from './items.module.css'
import styles from './status-page.module.css'

const WAYS = [
  { name: 'address', to: '/address', icon: Globe, help: 'status.address_note' },
  { name: 'doctor', to: '/doctor', icon: Stethoscope, help: 'doctor.note' },
  { name: 'storage', to: '/storage', icon: HardDrive, help: 'storage.note' },
  { name: 'logs', to: '/logs', icon: ScrollText, help: 'logs.note' },
  { name: 'work', to: '/status/work', icon: ListChecks, help: 'work.note' },
  { name: 'inspector', to: '/inspector', icon: Waypoints, help: 'inspector.note' },
  { name: 'backups', to: '/backups', icon: Archive, help: 'backups.note' },
  { name: 'updates', to: '/updates', icon: RefreshCw, help: 'updates.note' },
  { name: 'handbook', to: '/handbook', icon: BookOpen, help: 'status.handbook_note' },
] as const

export function WaysSection() {
  const t = useText()
  return (
    <Section title={t('status.more')}>
      <nav aria-label={t('status.more')} className={styles.wayList}>
        {WAYS.map(({ name, to, icon: Icon, help }) => (
          <AppLink key={name} to={to} className={cx(styles.way)}>
            <Icon aria-hidden size={20} strokeWidth={1.75} />
            <span className={styles.wayWords}>
              <span>{t(`status.${name}`)}</span>
              <span className={items.meta}>{t(help)}</span>
            </span>
            <ChevronRight aria-hidden size={16} className={styles.into} />
          </AppLink>
        ))}
      </nav>
    </Section>
  )
}
