/** The ways in to choose from: what each is for, what it needs, who can read along. One that was chosen stands alone. */
import {
  Cloud,
  Eye,
  House,
  KeyRound,
  type LucideIcon,
  Network,
  Router,
  Server,
  ServerCog,
  Terminal,
  Waypoints,
  Zap,
} from 'lucide-react'
import { useState } from 'react'
import { Label, Radio, RadioGroup } from 'react-aria-components'
import { Button } from '../../components/button.tsx'
import choices from '../../components/choices.module.css'
import { cx } from '../../components/cx.ts'
import { useText } from '../../hooks/use-text.ts'
import { type WayName, isWayName } from '../../stores/tunnel-ways.ts'
import styles from './way-choices.module.css'

const ICONS: Readonly<Record<WayName, LucideIcon>> = {
  none: House,
  ssh: Server,
  ssh_passthrough: ServerCog,
  direct: Router,
  cloudflared: Cloud,
  tailscale: Network,
  ngrok: Zap,
  manual: Waypoints,
  command: Terminal,
}

interface WayChoicesProps {
  readonly ways: readonly WayName[]
  readonly value: string
  /** That counts now. */
  readonly current: string
  readonly onChange: (way: string) => void
}

export function WayChoices({ ways, value, current, onChange }: WayChoicesProps) {
  const t = useText()
  const [isChoosing, setChoosing] = useState(current === 'none')
  if (!isChoosing && value === current) {
    return (
      <div className={styles.chosen}>
        <Words way={current} />
        <Button onPress={() => setChoosing(true)}>{t('address.choose_other')}</Button>
      </div>
    )
  }
  return (
    <RadioGroup className={cx(styles.group)} value={value} onChange={onChange}>
      <Label className="visually-hidden">{t('address.way_title')}</Label>
      {[...ways, ...(isWayName(current) ? [] : [current])].map((way) => (
        <Radio
          key={way}
          value={way}
          autoFocus={isChoosing && current !== 'none' && way === value}
          className={cx(styles.choice)}
        >
          <span aria-hidden className={cx(choices.mark, choices.round, styles.round)} />
          <Words way={way} />
        </Radio>
      ))}
    </RadioGroup>
  )
}

/** A kind that is newer than the window goes by its own name. */
function Words({ way }: { readonly way: string }) {
  const t = useText()
  if (!isWayName(way)) {
    return (
      <span className={styles.words}>
        <b dir="ltr">{way}</b>
      </span>
    )
  }
  const Icon = ICONS[way]
  return (
    <span className={styles.words}>
      <span className={styles.name}>
        <Icon aria-hidden size={18} strokeWidth={1.75} />
        <b>{t(`way.${way}`)}</b>
      </span>
      <span>{t(`way_for.${way}`)}</span>
      <span className={styles.fact}>
        <KeyRound aria-hidden size={14} />
        <span>{t(`way_needs.${way}`)}</span>
      </span>
      <span className={styles.fact}>
        <Eye aria-hidden size={14} />
        <span>{t(`way_reads.${way}`)}</span>
      </span>
    </span>
  )
}
