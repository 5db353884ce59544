/** Values of the settings where the home keeps them: of the account, of the identity, of the home. */
import type { CredentialAccount } from '../../server/contracts/account.ts'
import type { HomeTexts, HomeTextsFacts } from '../../server/contracts/home-texts.ts'
import { type CrawlerRules, IDENTITY_HEADER, type IdentityFacts } from '../../server/contracts/owner-api.ts'
import { getOwnAccount } from './accounts.ts'
import type { ApiClient } from './client.ts'

const PREFIX = '/api/homebird/v1'

/** By the names that the table of rows uses. */
export type SettingValues = Readonly<Record<string, unknown>>

/** Who keeps them, but for preferences, which have a store of their own. */
export type KeptSource = 'account' | 'identity' | 'texts' | 'crawlers'

export async function readSource(api: ApiClient, source: KeptSource): Promise<SettingValues> {
  switch (source) {
    case 'account':
      return accountValues(await getOwnAccount(api))
    case 'identity':
      return identityValues(await ownIdentity(api))
    case 'texts':
      return { ...(await getTexts(api)) }
    case 'crawlers':
      return { ...(await api.get<CrawlerRules>(`${PREFIX}/switches/crawlers`)) }
  }
}

/** @returns all values as they are after @throws ApiFailure */
export async function writeSource(
  api: ApiClient,
  source: KeptSource,
  name: string,
  value: unknown,
): Promise<SettingValues> {
  switch (source) {
    case 'account':
      return accountValues(
        await editAccount(api, OF_SOURCE.has(name) ? { source: { [name]: value } } : { [name]: value }),
      )
    case 'identity': {
      const { id } = await ownIdentity(api)
      const edit = name === 'keepsBlocksPrivate' ? { [name]: value } : { pages: { [name]: value } }
      return identityValues(await api.patch<IdentityFacts>(`${PREFIX}/identities/${id}`, { body: edit }))
    }
    case 'texts':
      return { ...(await editTexts(api, { [name]: value })) }
    case 'crawlers':
      return {
        ...(await api.patch<CrawlerRules>(`${PREFIX}/switches/crawlers`, { body: { [name]: value } })),
      }
  }
}

/** What an account says of its posts travels one level deeper. */
const OF_SOURCE: ReadonlySet<string> = new Set(['privacy', 'sensitive', 'language', 'quote_policy'])

function accountValues({ source, locked, bot }: CredentialAccount): SettingValues {
  const { privacy, sensitive, language, quote_policy, hide_collections, discoverable, indexable } = source
  const ofPosts = { privacy, sensitive, language: language ?? '', quote_policy }
  return { ...ofPosts, hide_collections, discoverable, indexable, locked, bot }
}

const identityValues = ({ pages, keepsBlocksPrivate }: IdentityFacts): SettingValues => ({
  ...pages,
  keepsBlocksPrivate,
})

/** The identity that the window reads and writes as. */
export async function ownIdentity(api: ApiClient): Promise<IdentityFacts> {
  const [{ id }, identities] = await Promise.all([getOwnAccount(api), getIdentities(api)])
  const own = identities.find((identity) => identity.id === id)
  if (own === undefined) throw new Error(`the home does not list its own identity ${id}`)
  return own
}

export const getIdentities = async (api: ApiClient): Promise<readonly IdentityFacts[]> =>
  (await api.get<{ readonly identities: readonly IdentityFacts[] }>(`${PREFIX}/identities`)).identities

/** @param form  members of the profile, or a form with pictures */
export const editAccount = async (api: ApiClient, form: object): Promise<CredentialAccount> =>
  api.patch('/api/v1/accounts/update_credentials', { body: form, timeoutMs: 120_000 })

export const getTexts = async (api: ApiClient): Promise<HomeTextsFacts> => api.get(`${PREFIX}/texts`)

export const editTexts = async (api: ApiClient, edit: Partial<HomeTexts>): Promise<HomeTextsFacts> =>
  api.patch(`${PREFIX}/texts`, { body: edit })

/** On the first domain of the home. @throws ApiFailure refused for a name that is none, and for one that was taken */
export const addIdentity = async (
  api: ApiClient,
  username: string,
  displayName: string,
): Promise<IdentityFacts> => api.post(`${PREFIX}/identities`, { body: { username, displayName } })

/**
 * Whichever identity the window is at the moment. Every server that knows it is told.
 * @param code  of the authenticator, or for recovery; empty where none is set up
 * @throws ApiFailure refused with 422 for a wrong password or code, with 409 for the last identity
 */
export const deleteIdentity = async (
  api: ApiClient,
  id: string,
  password: string,
  code: string,
): Promise<unknown> =>
  // All it wrote goes in this one answer.
  api.post('/api/v1/accounts/delete', {
    body: { password, code },
    headers: { [IDENTITY_HEADER]: id },
    timeoutMs: 300_000,
  })
