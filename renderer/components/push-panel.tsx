/** The switch for notifications on this device. The browser asks for leave only when it is pressed. */
import { toFailure } from '../api/failure.ts'
import { usePushDevice } from '../hooks/use-push-device.ts'
import { useText } from '../hooks/use-text.ts'
import { FailureNotice } from './notice.tsx'
import { PageLoading } from './page.tsx'
import { Switch } from './switch.tsx'

/** Speaks the words of the part `push`. */
export function PushPanel() {
  const t = useText()
  const { device, failure, isChanging, turn } = usePushDevice()
  if (device === undefined && failure === null) return <PageLoading />
  const state = device?.state ?? 'off'
  return (
    <>
      <Switch
        label={t('push.label')}
        help={t(`push.${state}`)}
        isOn={state === 'on'}
        isDisabled={state === 'unsupported' || state === 'denied' || isChanging}
        onChange={turn}
      />
      {failure === null ? null : <FailureNotice failure={toFailure(failure)} meaning={t('push.unchanged')} />}
    </>
  )
}
