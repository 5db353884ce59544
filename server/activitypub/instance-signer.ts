/** Signs GETs as the instance actor, which says of a home no more than that it is one. */
import type { Clock } from '../core/clock.ts'
import type { Home } from '../domain/owner/home.ts'
import type { SignHop } from '../net/fetch-types.ts'
import { signCavage } from './http-signature.ts'

/** Every hop is signed anew, for its own host and path. */
export function signsAsInstance(home: Pick<Home, 'instanceActor' | 'signingKey'>, clock: Clock): SignHop {
  return async ({ url }) => {
    const signer = await home.signingKey(home.instanceActor().id)
    return signCavage({ method: 'GET', url, now: clock.now() }, signer)
  }
}
