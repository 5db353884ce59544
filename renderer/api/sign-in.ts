/** How the owner signs in, and who else is signed in: the routes of the page about it. */
import type {
  AppFacts,
  BrowserSession,
  NewAuthenticator,
  NewPasskeyLink,
  NewPersonalToken,
  RecoveryCodes,
  SignInFacts,
} from '../../server/contracts/sign-in.ts'
import type { ApiClient } from './client.ts'

/** What a device is asked, as the home writes it and the browser reads it. */
export type PasskeyQuestion = Readonly<Record<string, unknown>>

const PREFIX = '/api/homebird/v1'

export const getSignInFacts = async (api: ApiClient): Promise<SignInFacts> => api.get(`${PREFIX}/sign-in`)

/** @throws ApiFailure refused, with `wrong_password` for either half */
export const prove = async (api: ApiClient, password: string, code: string): Promise<SignInFacts> =>
  api.post(`${PREFIX}/sign-in/proof`, { body: { password, code } })

export const proveByPasskey = async (api: ApiClient, response: object): Promise<SignInFacts> =>
  api.post(`${PREFIX}/sign-in/proof/passkey`, { body: { response } })

export const beginAuthenticator = async (api: ApiClient): Promise<NewAuthenticator> =>
  api.post(`${PREFIX}/sign-in/authenticator`)

/** @throws ApiFailure refused, with `wrong_code` */
export const confirmAuthenticator = async (api: ApiClient, code: string): Promise<RecoveryCodes> =>
  api.post(`${PREFIX}/sign-in/authenticator/code`, { body: { code } })

export const removeAuthenticator = async (api: ApiClient): Promise<SignInFacts> =>
  api.delete(`${PREFIX}/sign-in/authenticator`)

export const renewRecoveryCodes = async (api: ApiClient): Promise<RecoveryCodes> =>
  api.post(`${PREFIX}/sign-in/recovery-codes`)

export const changePassword = async (api: ApiClient, password: string): Promise<unknown> =>
  api.post(`${PREFIX}/sign-in/password`, { body: { password } })

/** What a browser is to sign with a passkey. */
export const askForUse = async (api: ApiClient): Promise<PasskeyQuestion> =>
  api.post(`${PREFIX}/passkeys/use`)

export const askForMaking = async (api: ApiClient): Promise<PasskeyQuestion> =>
  api.post(`${PREFIX}/passkeys/make`)

export const addPasskey = async (api: ApiClient, name: string, response: object): Promise<unknown> =>
  api.post(`${PREFIX}/passkeys`, { body: { name, response } })

export const removePasskey = async (api: ApiClient, id: string): Promise<unknown> =>
  api.delete(`${PREFIX}/passkeys/${id}`)

export const openPasskeyLink = async (api: ApiClient, host: string): Promise<NewPasskeyLink> =>
  api.post(`${PREFIX}/passkeys/links`, { body: { host } })

export const getApps = async (api: ApiClient): Promise<readonly AppFacts[]> =>
  (await api.get<{ readonly apps: readonly AppFacts[] }>(`${PREFIX}/apps`)).apps

export const removeApp = async (api: ApiClient, app: AppFacts): Promise<readonly AppFacts[]> => {
  const path = `${PREFIX}/apps/${app.appId}/${app.identityId}`
  return (await api.delete<{ readonly apps: readonly AppFacts[] }>(path)).apps
}

/** @throws ApiFailure refused, with `proof_needed`, `name_missing`, `scopes_unknown` or `too_many_tokens` */
export const makePersonalToken = async (
  api: ApiClient,
  name: string,
  scopes: readonly string[],
): Promise<NewPersonalToken> => api.post(`${PREFIX}/apps/tokens`, { body: { name, scopes } })

interface Sessions {
  readonly sessions: readonly BrowserSession[]
}

export const getSessions = async (api: ApiClient): Promise<readonly BrowserSession[]> =>
  (await api.get<Sessions>(`${PREFIX}/sessions`)).sessions

export const endSession = async (api: ApiClient, id: string): Promise<readonly BrowserSession[]> =>
  (await api.delete<Sessions>(`${PREFIX}/sessions/${id}`)).sessions

export const endOtherSessions = async (api: ApiClient): Promise<readonly BrowserSession[]> =>
  (await api.delete<Sessions>(`${PREFIX}/sessions`)).sessions
