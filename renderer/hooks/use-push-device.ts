/** Whether this device is pushed to, and what changes it; every switch on the page shows the same. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { pushBrowser } from '../stores/push-browser.ts'
import {
  type PushAlerts,
  type PushDevice,
  beginPush,
  changePush,
  endPush,
  readPushDevice,
} from '../stores/push-device.ts'
import { useServices } from './use-services.ts'

const QUERY_KEY = ['push-device']

interface PushDeviceState {
  /** Undefined while it is not known yet. */
  readonly device: PushDevice | undefined
  readonly failure: Error | null
  readonly isChanging: boolean
  readonly turn: (isOn: boolean) => void
  readonly tell: (alerts: PushAlerts) => void
}

export function usePushDevice(): PushDeviceState {
  const { api } = useServices()
  const queries = useQueryClient()
  const query = useQuery({ queryKey: QUERY_KEY, queryFn: async () => readPushDevice(api, pushBrowser) })
  const keep = (next: PushDevice): void => void queries.setQueryData<PushDevice>(QUERY_KEY, next)
  const turning = useMutation({
    mutationFn: async (isOn: boolean) => (isOn ? beginPush : endPush)(api, pushBrowser),
    onSuccess: keep,
  })
  const telling = useMutation({
    mutationFn: async (alerts: PushAlerts) => changePush(api, alerts),
    onSuccess: keep,
  })
  return {
    device: query.data,
    failure: turning.error ?? telling.error ?? query.error,
    isChanging: turning.isPending || telling.isPending,
    turn: (isOn) => turning.mutate(isOn),
    tell: (alerts) => telling.mutate(alerts),
  }
}
