/** A switch for each kind of notification and each place where it may show up. */
import { useState } from 'react'
import { NOTIFICATION_TYPES, type NotificationType } from '../../../server/contracts/notification.ts'
import type { PreferencesEdit } from '../../../server/contracts/preferences.ts'
import { type ApiFailure, toFailure } from '../../api/failure.ts'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Switch } from '../../components/switch.tsx'
import { usePreferences } from '../../hooks/use-preferences.ts'
import { usePushDevice } from '../../hooks/use-push-device.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { findDesktopBridge } from '../../stores/desktop-shell.ts'
import { withKind, wordOfKind } from '../../stores/desktop-notices.ts'
import kinds from './notice-kinds.module.css'
import styles from './parts.module.css'

const PLACES = ['listed', 'desktop', 'device'] as const
type Place = (typeof PLACES)[number]

/** The desktop app tells this computer itself: there is no device beside it, and nobody has to be asked for leave. */
const placesHere = (isInDesktopApp: boolean): readonly Place[] =>
  PLACES.filter((place) => place !== 'device' || !isInDesktopApp)

export function NoticeKindsPart() {
  const t = useText()
  const { preferences } = useServices()
  const { desktopKinds, hiddenKinds } = usePreferences()
  const push = usePushDevice()
  const isInApp = findDesktopBridge(window) !== null
  const places = placesHere(isInApp)
  const [refused, setRefused] = useState<ApiFailure | null>(null)
  const alerts = push.device?.alerts ?? {}
  const edit = (change: PreferencesEdit): void => {
    setRefused(null)
    preferences.edit(change).catch((error: unknown) => setRefused(toFailure(error)))
  }
  const isOn = (kind: NotificationType, place: Place): boolean => {
    if (place === 'listed') return !hiddenKinds.includes(kind)
    return place === 'desktop' ? desktopKinds.includes(kind) : alerts[kind] === true
  }
  const turn = (kind: NotificationType, place: Place, on: boolean): void => {
    if (place === 'listed') edit({ hiddenKinds: withKind(hiddenKinds, kind, !on) })
    else if (place === 'desktop') edit({ desktopKinds: withKind(desktopKinds, kind, on) })
    else push.tell({ ...alerts, [kind]: on })
  }
  const isOff = push.device?.state !== 'on'
  const failure = refused ?? (push.failure === null ? null : toFailure(push.failure))
  return (
    <div className={styles.stack}>
      {isInApp ? null : <DesktopLeave />}
      <p className={styles.note}>{t(isInApp ? 'place.in_app' : 'place.in_browser')}</p>
      <table className={kinds.kinds}>
        <caption className="visually-hidden">{t('row.notice_kinds')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('place.kind')}</th>
            {places.map((place) => (
              <th key={place} scope="col">
                {t(`place.${place}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {NOTIFICATION_TYPES.map((kind) => (
            <KindRow
              key={kind}
              name={t(`kind.${wordOfKind(kind)}`)}
              places={places}
              isOn={(place) => isOn(kind, place)}
              isDeviceOff={isOff || push.isChanging}
              onTurn={(place, on) => turn(kind, place, on)}
            />
          ))}
        </tbody>
      </table>
      {isOff && !isInApp ? <p className={styles.note}>{t('place.device_off')}</p> : null}
      {failure === null ? null : <FailureNotice failure={failure} meaning={t('act.nothing_changed')} />}
    </div>
  )
}

interface KindRowProps {
  readonly name: string
  readonly places: readonly Place[]
  readonly isOn: (place: Place) => boolean
  /** Nothing is sent to this device, whatever its kind. */
  readonly isDeviceOff: boolean
  readonly onTurn: (place: Place, isOn: boolean) => void
}

function KindRow({ name, places, isOn, isDeviceOff, onTurn }: KindRowProps) {
  const t = useText()
  return (
    <tr>
      <th scope="row">{name}</th>
      {places.map((place) => (
        <td key={place}>
          <Switch
            label={t('place.of_kind', { kind: name, place: t(`place.${place}`) })}
            isLabelHidden
            isOn={isOn(place)}
            isDisabled={place === 'device' && isDeviceOff}
            onChange={(on) => onTurn(place, on)}
          />
        </td>
      ))}
    </tr>
  )
}

const permission = (): NotificationPermission | 'unsupported' =>
  'Notification' in window ? Notification.permission : 'unsupported'

/** The browser is asked only by a press; once it has said yes there is nothing to say here. */
function DesktopLeave() {
  const t = useText()
  const [state, setState] = useState(permission)
  const ask = async (): Promise<void> => setState(await Notification.requestPermission())
  if (state === 'granted') return null
  return (
    <div className={styles.listRow}>
      <p className={styles.note}>{t(`leave.${state}`)}</p>
      {state === 'default' ? <Button onPress={() => void ask()}>{t('leave.ask')}</Button> : null}
    </div>
  )
}
