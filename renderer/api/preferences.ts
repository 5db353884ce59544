/** What the owner prefers, as the home keeps it. */
import type { Preferences, PreferencesEdit } from '../../server/contracts/preferences.ts'
import type { ApiClient } from './client.ts'

const PATH = '/api/homebird/v1/preferences'

export const getPreferences = async (api: ApiClient): Promise<Preferences> => api.get(PATH)

/** @throws ApiFailure refused for a value that a preference may not have; nothing is changed then */
export const editPreferences = async (api: ApiClient, edit: PreferencesEdit): Promise<Preferences> =>
  api.patch(PATH, { body: edit })
