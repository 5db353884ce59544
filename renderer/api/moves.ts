/** Other names of an identity, and its move away. */
import type { IdentityMove } from '../../server/contracts/owner-api.ts'
import type { ApiClient } from './client.ts'

const of = (identityId: string): string => `/api/homebird/v1/identities/${identityId}`

/** @throws ApiFailure refused, naming the one that is nobody's name */
export const setAliases = async (
  api: ApiClient,
  identityId: string,
  aliases: readonly string[],
): Promise<{ readonly aliases: readonly string[] }> =>
  api.put(`${of(identityId)}/aliases`, { body: { aliases } })

export const getMove = async (api: ApiClient, identityId: string): Promise<IdentityMove> =>
  api.get(`${of(identityId)}/move`)

/** @throws ApiFailure refused for a wrong password, and where the other side does not name this one */
export const moveAway = async (
  api: ApiClient,
  identityId: string,
  to: string,
  password: string,
): Promise<IdentityMove> => api.post(`${of(identityId)}/move`, { body: { to, password } })

/** Every follower of the last move, and who of them has come along, as CSV. */
export const getMovedFollowers = async (api: ApiClient, identityId: string): Promise<Blob> =>
  api.getFile(`${of(identityId)}/move/followers.csv`)

export const takeMoveBack = async (api: ApiClient, identityId: string): Promise<IdentityMove> =>
  api.delete(`${of(identityId)}/move`)
