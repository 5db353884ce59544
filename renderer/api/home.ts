/** The home as its owner looks after it: status, statistics, servers, logs, work, inspector, storage, doctor. */
import type { CacheCleared, CacheName, CacheReport } from '../../server/contracts/caches.ts'
import type { DoctorReport } from '../../server/contracts/doctor.ts'
import type { EngineFacts, GraphDetail, QuarantinePage } from '../../server/contracts/engine.ts'
import type { History, HistorySpan, StatusFacts, StorageFacts } from '../../server/contracts/home-status.ts'
import type {
  InspectorDetail,
  InspectorFetch,
  InspectorPage,
  InspectorReplay,
} from '../../server/contracts/inspector.ts'
import type { HelpBundle, LogPage } from '../../server/contracts/logs.ts'
import type { MediaSweepPreview, MediaSwept } from '../../server/contracts/media-care.ts'
import type { PeerPage } from '../../server/contracts/moderation.ts'
import type { ApiClient, QueryValue } from './client.ts'

const PREFIX = '/api/homebird/v1'
/** Looking through all files, or at every part, takes its time. */
const PATIENT = { timeoutMs: 120_000 } as const

type Query = Readonly<Record<string, QueryValue>>

export const getStatus = async (api: ApiClient): Promise<StatusFacts> => api.get(`${PREFIX}/status`)
export const getHistory = async (api: ApiClient, span: HistorySpan): Promise<History> =>
  api.get(`${PREFIX}/status/history`, { query: { span } })
export const getStorage = async (api: ApiClient): Promise<StorageFacts> =>
  api.get(`${PREFIX}/status/storage`, PATIENT)

export const getPeers = async (api: ApiClient, query: Query): Promise<PeerPage> =>
  api.get(`${PREFIX}/peers`, { query })
export const tryPeerNow = async (api: ApiClient, host: string): Promise<{ readonly deliveries: number }> =>
  api.post(`${PREFIX}/peers/${encodeURIComponent(host)}/retry`)

export const getLogs = async (api: ApiClient, query: Query): Promise<LogPage> =>
  api.get(`${PREFIX}/logs`, { query })
export const getLogFile = async (api: ApiClient, query: Query): Promise<Blob> =>
  api.getFile(`${PREFIX}/logs/file`, { query, ...PATIENT })
/** Where lines come live; see `openStream`. */
export const liveLogPath = (query: Readonly<Record<string, string>>): string =>
  `${PREFIX}/logs/live?${new URLSearchParams(query).toString()}`
export const getHelpBundle = async (api: ApiClient): Promise<HelpBundle> =>
  api.get(`${PREFIX}/help-bundle`, PATIENT)

export const getDoctor = async (api: ApiClient): Promise<DoctorReport> => api.get(`${PREFIX}/doctor`)
/** @param deep  also what takes its time: a large file, a long wait */
export const runDoctor = async (api: ApiClient, deep = false): Promise<DoctorReport> =>
  api.post(`${PREFIX}/doctor/run`, { ...PATIENT, ...(deep ? { body: { deep }, timeoutMs: 240_000 } : {}) })
export const fixFinding = async (api: ApiClient, name: string): Promise<DoctorReport> =>
  api.post(`${PREFIX}/doctor/${name}/fix`, PATIENT)
export const ignoreFinding = async (
  api: ApiClient,
  name: string,
  isIgnored: boolean,
): Promise<DoctorReport> => api.put(`${PREFIX}/doctor/${name}/ignored`, { body: { isIgnored } })

export const getWork = async (api: ApiClient): Promise<EngineFacts> => api.get(`${PREFIX}/stator`)
export const getGraph = async (api: ApiClient, graph: string): Promise<GraphDetail> =>
  api.get(`${PREFIX}/stator/${graph}`)
export const getGivenUp = async (api: ApiClient, graph: string): Promise<QuarantinePage> =>
  api.get(`${PREFIX}/stator/${graph}/quarantine`)
/** @param kind  `quarantine` for what was given up, `failing` for what waits for its next attempt */
export const retryRow = async (
  api: ApiClient,
  graph: string,
  kind: 'quarantine' | 'failing',
  key: string,
): Promise<unknown> => api.post(`${PREFIX}/stator/${graph}/${kind}/${encodeURIComponent(key)}/retry`)

export const getActivities = async (api: ApiClient, query: Query): Promise<InspectorPage> =>
  api.get(`${PREFIX}/inspector`, { query })
export const getActivity = async (api: ApiClient, id: string): Promise<InspectorDetail> =>
  api.get(`${PREFIX}/inspector/${id}`)
export const replayActivity = async (api: ApiClient, id: string): Promise<InspectorReplay> =>
  api.post(`${PREFIX}/inspector/${id}/replay`)
export const fetchDocument = async (api: ApiClient, uri: string): Promise<InspectorFetch> =>
  api.post(`${PREFIX}/inspector/fetch`, { body: { uri }, ...PATIENT })

export const getCaches = async (api: ApiClient): Promise<CacheReport> => api.get(`${PREFIX}/caches`)
export const clearCache = async (api: ApiClient, name: CacheName): Promise<CacheCleared> =>
  api.post(`${PREFIX}/caches/${name}/clear`, { body: {}, ...PATIENT })
export const previewSweep = async (api: ApiClient): Promise<MediaSweepPreview> =>
  api.get(`${PREFIX}/media/sweep`, PATIENT)
export const sweepMedia = async (api: ApiClient): Promise<MediaSwept> =>
  api.post(`${PREFIX}/media/sweep`, { body: {}, ...PATIENT })
