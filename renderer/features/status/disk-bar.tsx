/** Where the bytes lie: one bar for the disk, and each kind in words. */
import type { StorageFacts } from '../../../server/contracts/home-status.ts'
import { NO_ROOM_BYTES, SCARCE_ROOM_BYTES } from '../../../server/contracts/room.ts'
import { cx } from '../../components/cx.ts'
import { formatBytes } from '../../formatting/amounts.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './disk-bar.module.css'
import items from './items.module.css'

const KINDS = ['media', 'cached_media', 'database', 'backups', 'logs'] as const

/** What is neither of the home nor free. */
function othersOf({ kinds, diskBytes, freeBytes }: StorageFacts): number {
  const own = kinds.reduce((sum, { bytes, isElsewhere }) => sum + (isElsewhere ? 0 : (bytes ?? 0)), 0)
  return Math.max(0, (diskBytes ?? 0) - (freeBytes ?? 0) - own)
}

export function DiskBar({ facts }: { readonly facts: StorageFacts }) {
  const t = useText()
  const { kinds, diskBytes, freeBytes, daysUntilFull } = facts
  const say = (bytes: number | null): string => (bytes === null ? '–' : formatBytes(t.locale, bytes))
  const share = (bytes: number): string => `${((bytes / (diskBytes ?? 1)) * 100).toFixed(2)}%`
  const parts = [
    ...kinds.map(({ kind, bytes, isElsewhere }) => ({
      place: KINDS.indexOf(kind),
      bytes: isElsewhere ? 0 : (bytes ?? 0),
      words: `${t(`disk.${kind}`)}${isElsewhere ? ` (${t('disk.elsewhere')})` : ''}`,
      amount: say(bytes),
    })),
    { place: 5, bytes: othersOf(facts), words: t('disk.others'), amount: say(othersOf(facts)) },
  ]
  return (
    <>
      {diskBytes === null ? null : (
        <div aria-hidden className={styles.bar}>
          {parts
            .filter(({ bytes }) => bytes > 0)
            .map(({ place, bytes }) => (
              <span key={place} className={styles[`kind${place}`]} style={{ inlineSize: share(bytes) }} />
            ))}
        </div>
      )}
      <ul className={styles.legend}>
        {parts.map(({ place, words, amount }) => (
          <li key={place}>
            <span aria-hidden className={cx(styles.swatch, styles[`kind${place}`])} />
            <span>{words}</span>
            <span className={styles.amount}>{amount}</span>
          </li>
        ))}
        {freeBytes === null ? null : (
          <li>
            <span aria-hidden className={cx(styles.swatch, styles.free)} />
            {t('disk.free', { free: say(freeBytes), all: say(diskBytes) })}
          </li>
        )}
      </ul>
      {freeBytes === null || freeBytes >= SCARCE_ROOM_BYTES ? null : (
        <p>{t(freeBytes < NO_ROOM_BYTES ? 'disk.no_room' : 'disk.little_room')}</p>
      )}
      {freeBytes === null ? null : (
        <p className={items.meta}>
          {daysUntilFull === null ? t('disk.not_filling') : t('disk.full_in', { count: daysUntilFull })}
        </p>
      )}
    </>
  )
}
