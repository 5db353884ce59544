/** For how long somebody is muted, and whether what they do is still told. */
import { useState } from 'react'
import type { Account } from '../../../server/contracts/account.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Select } from '../../components/select.tsx'
import { Switch } from '../../components/switch.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { usePersonActs } from '../../hooks/use-relationship.ts'
import { useText } from '../../hooks/use-text.ts'

/** Seconds by name; the last is a mute without end. */
const DURATIONS = {
  hour: 3_600,
  hours_8: 8 * 3_600,
  day: 86_400,
  days_3: 3 * 86_400,
  week: 7 * 86_400,
  month: 30 * 86_400,
  forever: 0,
} as const

type Duration = keyof typeof DURATIONS
const NAMES = Object.keys(DURATIONS) as Duration[]

interface QuestionProps {
  readonly account: Account
  readonly onClose: () => void
}

export function MuteQuestion({ account, onClose }: QuestionProps) {
  const t = useText()
  const acts = usePersonActs()
  const act = useAct()
  const [duration, setDuration] = useState<Duration>('forever')
  const [hidesNotifications, setHidesNotifications] = useState(true)
  const mute = async (): Promise<void> => {
    const options = { notifications: hidesNotifications, duration: DURATIONS[duration] }
    if (await act.run(async () => acts.mute(account, options))) onClose()
  }
  const buttons = (
    <>
      <Button onPress={onClose}>{t('act.cancel')}</Button>
      <Button look="primary" isBusy={act.isBusy} onPress={() => void mute()}>
        {t('people.mute')}
      </Button>
    </>
  )
  return (
    <Dialog title={t('people.mute_title', { handle: `@${account.acct}` })} acts={buttons} onClose={onClose}>
      <p>{t('people.mute_help')}</p>
      <Select
        label={t('people.mute_duration')}
        value={duration}
        choices={NAMES.map((value) => ({ value, label: t(`people.mute_${value}`) }))}
        onChange={setDuration}
      />
      <Switch
        label={t('people.mute_notifications')}
        help={t('people.mute_notifications_help')}
        isOn={hidesNotifications}
        onChange={setHidesNotifications}
      />
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
      )}
    </Dialog>
  )
}
