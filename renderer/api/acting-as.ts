/** Every request of the window names the identity that it reads and writes as. */
import { IDENTITY_GONE, IDENTITY_HEADER } from '../../server/contracts/owner-api.ts'

type Fetch = typeof globalThis.fetch

/**
 * @param identityId  null: the oldest, which the home takes by itself
 * @param onGone  told once, when the home says that it has no such identity any more
 */
export function actingAs(fetch: Fetch, identityId: string | null, onGone: () => void): Fetch {
  if (identityId === null) return fetch
  let isGone = false
  return async (input, init) => {
    const headers = new Headers(init?.headers)
    // Whoever names another one means that one, and hears of its end themselves.
    if (headers.has(IDENTITY_HEADER)) return fetch(input, init)
    headers.set(IDENTITY_HEADER, identityId)
    const answer = await fetch(input, { ...init, headers })
    if (answer.status === 403 && !isGone && (await saysGone(answer))) {
      isGone = true
      onGone()
    }
    return answer
  }
}

/** Reads a copy: the answer itself is whoever's who asked. One that is no JSON says nothing of identities, and they judge it. */
async function saysGone(answer: Response): Promise<boolean> {
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => null)
  return typeof body === 'object' && body !== null && 'error' in body && body.error === IDENTITY_GONE
}
