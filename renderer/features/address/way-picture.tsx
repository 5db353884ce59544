/**
 * The way from others to this computer, as stations: where the line is broken, and where the encryption ends, so who can read
 * along. Its words stand in it; the lines between say again what the sentence above says.
 */
import { Globe, House, LockKeyhole, type LucideIcon, Router, Server } from 'lucide-react'
import type { TunnelStatus } from '../../../server/contracts/tunnel.ts'
import type { HomeFacts } from '../../../server/contracts/owner-api.ts'
import { cx } from '../../components/cx.ts'
import { useText } from '../../hooks/use-text.ts'
import { type TunnelValues, isWayName } from '../../stores/tunnel-ways.ts'
import styles from './way-picture.module.css'

interface WayPictureProps {
  readonly status: TunnelStatus | null
  readonly way: string
  readonly values: TunnelValues
  readonly home: HomeFacts | undefined
}

/** `home`: nobody between can read. */
const ENDS_AT: Readonly<Record<string, 'middle' | 'home'>> = { ssh_passthrough: 'home', direct: 'home' }

export function WayPicture({ status, way, values, home }: WayPictureProps) {
  const t = useText()
  const line = lineOf(status)
  const isThrough = line === 'whole'
  const outer = isThrough ? 'whole' : status?.state === 'connected' ? 'tried' : 'none'
  const address = home?.serviceDomain ?? home?.domain ?? null
  const endsAt = ENDS_AT[way] ?? 'middle'
  return (
    <ol className={styles.way} aria-label={t('picture.label')}>
      <Station
        icon={Globe}
        name={t('picture.others')}
        note={address ?? t('picture.no_address')}
        isName={address !== null}
      />
      {way === 'none' ? null : (
        <Station
          icon={way === 'direct' ? Router : Server}
          name={middleOf(t, way, values)}
          line={outer}
          {...(endsAt === 'middle'
            ? { note: t('picture.decrypts'), hasLock: true }
            : { note: t('picture.passes') })}
        />
      )}
      <Station
        icon={House}
        name={t('picture.home')}
        line={way === 'none' ? 'none' : line}
        {...(endsAt === 'home' && way !== 'none' ? { note: t('picture.decrypts'), hasLock: true } : {})}
      />
    </ol>
  )
}

type Line = 'whole' | 'tried' | 'none' | 'broken'

/** Of the last stretch, which the way in itself keeps up. */
function lineOf(status: TunnelStatus | null): Line {
  switch (status?.state) {
    case 'verified':
      return 'whole'
    case 'connected':
      return 'whole'
    case 'degraded':
    case 'blocked':
      return 'broken'
    case 'preparing':
    case 'connecting':
    case 'waiting':
      return 'tried'
    case 'off':
    case undefined:
      return 'none'
  }
}

function middleOf(t: ReturnType<typeof useText>, way: string, values: TunnelValues): string {
  const server = values.get('tunnelServer')?.value ?? ''
  if (way.startsWith('ssh') && server !== '') return server.replace(/^.*@/, '').replace(/:\d+$/, '')
  return isWayName(way) ? t(`way_middle.${way}`) : way
}

interface StationProps {
  readonly icon: LucideIcon
  readonly name: string
  readonly note?: string
  /** The note is a name of the net, which is written from left to right. */
  readonly isName?: boolean
  readonly hasLock?: boolean
  /** How the line that leads here is drawn. */
  readonly line?: Line
}

function Station({ icon: Icon, name, note, isName = false, hasLock = false, line }: StationProps) {
  return (
    <li className={styles.station}>
      {line === undefined ? null : <span aria-hidden className={cx(styles.line, styles[line])} />}
      <span className={styles.sign}>
        <Icon aria-hidden size={20} strokeWidth={1.75} />
      </span>
      <span className={styles.words}>
        <b dir="auto">{name}</b>
        {note === undefined ? null : (
          <span className={styles.note}>
            {hasLock ? <LockKeyhole aria-hidden size={14} /> : null}
            <span {...(isName ? { dir: 'ltr' as const } : {})}>{note}</span>
          </span>
        )}
      </span>
    </li>
  )
}
