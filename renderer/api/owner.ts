/** The routes that only the owner's window has: set-up, sign-in, the state of the home. */
import type {
  CheckResults,
  HomeFacts,
  RecoveryFacts,
  SetUpForm,
  WindowState,
} from '../../server/contracts/owner-api.ts'
import type { ApiClient } from './client.ts'

const PREFIX = '/api/homebird/v1'

export const getWindowState = async (api: ApiClient): Promise<WindowState> => api.get(`${PREFIX}/state`)

/** @throws ApiFailure refused for a key that is wrong or was used */
export const signInWithKey = async (api: ApiClient, key: string): Promise<WindowState> =>
  api.post(`${PREFIX}/session/key`, { body: { key } })

/**
 * @param code  of the authenticator, or a recovery code; empty where none is asked for
 * @throws ApiFailure signed_out for a wrong password or code
 */
export const signInWithPassword = async (
  api: ApiClient,
  password: string,
  code: string,
): Promise<WindowState> => api.post(`${PREFIX}/session`, { body: { password, code } })

/** @throws ApiFailure refused for a passkey that is none of this home */
export const signInWithPasskey = async (api: ApiClient, response: object): Promise<WindowState> =>
  api.post(`${PREFIX}/session/passkey`, { body: { response } })

export const signOut = async (api: ApiClient): Promise<WindowState> => api.delete(`${PREFIX}/session`)

/** @throws ApiFailure refused, with `fields` where fields are wrong */
export const setUp = async (api: ApiClient, form: SetUpForm): Promise<WindowState> =>
  api.post(`${PREFIX}/setup`, { body: form })

export const getHomeFacts = async (api: ApiClient): Promise<HomeFacts> => api.get(`${PREFIX}/home`)

export const getChecks = async (api: ApiClient): Promise<CheckResults> => api.get(`${PREFIX}/checks`)

export const getRecoveryFacts = async (api: ApiClient): Promise<RecoveryFacts> =>
  api.get(`${PREFIX}/recovery`)
