/** The way in from outside, asked again and again while somebody looks: more often while something is about to happen. */
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import type { TunnelOverview, TunnelState } from '../../server/contracts/tunnel.ts'
import { getTunnel } from '../api/tunnel.ts'
import { useServices } from './use-services.ts'

export const TUNNEL_KEY = ['tunnel']

const SOON_MS = 1_500
const CALM_MS = 5_000
const CALM: ReadonlySet<TunnelState> = new Set(['verified', 'blocked'])

export function useTunnel(): UseQueryResult<TunnelOverview> {
  const { api } = useServices()
  return useQuery({
    queryKey: TUNNEL_KEY,
    queryFn: async () => getTunnel(api),
    refetchInterval: ({ state: { data } }) => {
      const status = data?.status ?? null
      return status === null || CALM.has(status.state) ? CALM_MS : SOON_MS
    },
  })
}
