/** The terms of the parts of Homebird, from beside the window. */
import { LICENCES_FILE, type LicenceList } from '../../server/contracts/licences.ts'
import type { ApiClient } from './client.ts'

/** @throws ApiFailure */
export const getLicences = async (api: ApiClient): Promise<LicenceList> => api.get(`/${LICENCES_FILE}`)
