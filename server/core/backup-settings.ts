/** The settings of backups. The supervisor reads them while the database is down, so none of them lies in it. */
import { backupPlaces } from './backup-places.ts'
import { setting } from './setting.ts'
import { type SettingType, refuse } from './setting-types.ts'

/** Minutes after midnight, by the clock of this computer; null for never. */
const timeOfDay: SettingType<number | null> = {
  name: 'time of day such as 03:00, or never',
  parse(raw) {
    const word = raw.trim().toLowerCase()
    if (word === 'never' || word === 'off') return null
    const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(word) ?? []
    if (hour === undefined || minute === undefined)
      return refuse('it must be a time from 00:00 to 23:59, or never')
    return Number(hour) * 60 + Number(minute)
  },
  show: (minutes) => (minutes === null ? 'never' : timeText(minutes)),
}

export const timeText = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

/** How many of the newest days, weeks and months keep their last backup. */
export interface KeepRule {
  readonly days: number
  readonly weeks: number
  readonly months: number
}

const MOST_KEPT = 1_000

const keepRule: SettingType<KeepRule> = {
  name: 'days, weeks and months, as 7,4,6; or days alone, as 14',
  parse(raw) {
    const parts = raw
      .trim()
      .split(/\s*,\s*/)
      .map((part) =>
        /^\d{1,6}$/.test(part) ? Number(part) : refuse(`${JSON.stringify(part)} is no whole number`),
      )
    const [days = 0, weeks = 0, months = 0] = parts
    if (parts.length > 3) refuse(`it has ${parts.length} numbers and the limit is 3`)
    const most = Math.max(days, weeks, months)
    if (most > MOST_KEPT) refuse(`it keeps ${most} and the limit is ${MOST_KEPT}`)
    if (most === 0) refuse('it would keep no backup; at least one of the numbers must be 1')
    return { days, weeks, months }
  },
  show: ({ days, weeks, months }) => `${days},${weeks},${months}`,
}

export const BACKUP_SETTINGS = {
  backupTarget: setting({
    env: 'HOMEBIRD_BACKUP_TARGET',
    type: backupPlaces,
    fallback: '',
    help: 'where backups lie; empty means backups/ in the data directory. They are sealed before they leave this home',
    secret: true,
  }),
  backupAt: setting({
    env: 'HOMEBIRD_BACKUP_AT',
    type: timeOfDay,
    fallback: '03:30',
    help: 'when a backup is made every day; one that was slept through is made up for. never makes none',
  }),
  backupKeep: setting({
    env: 'HOMEBIRD_BACKUP_KEEP',
    type: keepRule,
    fallback: '7,4,6',
    help: 'how many days, weeks and months keep their last backup; older ones are deleted, and the newest never is',
  }),
}
