/** The switch for notifications on this device. The browser asks for leave only when it is pressed. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { toFailure } from '../../api/failure.ts'
import { FailureNotice } from '../../components/notice.tsx'
import { PageLoading } from '../../components/page.tsx'
import { Switch } from '../../components/switch.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { type PushState, beginPush, endPush, readPushState } from '../../stores/push-device.ts'
import { pushBrowser } from './push-browser.ts'

const QUERY_KEY = ['push-device']

export function PushPanel() {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const { data: state, error } = useQuery({
    queryKey: QUERY_KEY,
    queryFn: async () => readPushState(api, pushBrowser),
  })
  const change = useMutation({
    mutationFn: async (isOn: boolean) => (isOn ? beginPush : endPush)(api, pushBrowser),
    onSuccess: (next) => queries.setQueryData<PushState>(QUERY_KEY, next),
  })
  if (state === undefined && error === null) return <PageLoading />
  const known = state ?? 'off'
  const failure = change.error ?? error
  return (
    <>
      <Switch
        label={t('push.label')}
        help={t(`push.${known}`)}
        isOn={known === 'on'}
        isDisabled={known === 'unsupported' || known === 'denied' || change.isPending}
        onChange={(isOn) => change.mutate(isOn)}
      />
      {failure === null ? null : <FailureNotice failure={toFailure(failure)} meaning={t('push.unchanged')} />}
    </>
  )
}
