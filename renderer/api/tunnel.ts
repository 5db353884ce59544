/** The way in from outside, as its owner sets it up: how it does, its settings, a try right now. */
import type {
  EdgeGuide,
  EdgeKind,
  EdgeUse,
  RedirectGuide,
  RedirectHost,
} from '../../server/contracts/edge-files.ts'
import type { TunnelOverview, TunnelStatus } from '../../server/contracts/tunnel.ts'
import type { ApiClient } from './client.ts'

const PREFIX = '/api/homebird/v1/tunnel'
/** The former way in is closed before the next is opened, and servers elsewhere are asked. */
const PATIENT = { timeoutMs: 60_000 } as const

/** `value` null takes a setting back to what is usual. */
export interface TunnelChange {
  readonly name: string
  readonly value: string | null
}

export const getTunnel = async (api: ApiClient): Promise<TunnelOverview> => api.get(PREFIX)

/**
 * All of them, or none.
 * @param password  empty where none of them asks for it
 * @throws ApiFailure refused, with a sentence that names the variable of the wrong one
 */
export const changeTunnel = async (
  api: ApiClient,
  changes: readonly TunnelChange[],
  password = '',
): Promise<TunnelOverview> => {
  const body = password === '' ? { changes } : { changes, password }
  return api.put(`${PREFIX}/settings`, { body, ...PATIENT })
}

export const nudgeTunnel = async (api: ApiClient): Promise<{ readonly status: TunnelStatus | null }> =>
  api.post(`${PREFIX}/nudge`, PATIENT)

/** @throws ApiFailure refused where this edge cannot serve in this use */
export const getEdgeGuide = async (api: ApiClient, edge: EdgeKind, use: EdgeUse): Promise<EdgeGuide> =>
  api.get(`${PREFIX}/edges/${edge}`, { query: { use } })

/** @throws ApiFailure refused before the home has a key and a server */
export const getServerScript = async (api: ApiClient, edge: EdgeKind, use: EdgeUse): Promise<EdgeGuide> =>
  api.get(`${PREFIX}/server-script`, { query: { edge, use } })

export const getRedirectGuide = async (api: ApiClient, host: RedirectHost): Promise<RedirectGuide> =>
  api.get(`${PREFIX}/redirects/${host}`)
