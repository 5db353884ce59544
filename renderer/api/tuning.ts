/** How the home was started, and the knobs that its owner turns. */
import type { KnobName, TuningFacts } from '../../server/contracts/tuning.ts'
import type { ApiClient } from './client.ts'

const PATH = '/api/homebird/v1/tuning'

export const TUNING_KEY = ['tuning']

export const getTuning = async (api: ApiClient): Promise<TuningFacts> => api.get<TuningFacts>(PATH)

/** @param value  null goes back to the usual @throws ApiFailure with the reason of a refusal */
export const turnKnob = async (api: ApiClient, name: KnobName, value: string | null): Promise<TuningFacts> =>
  api.put<TuningFacts>(PATH, { body: { name, value } })
