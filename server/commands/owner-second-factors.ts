/** `homebird owner reset-2fa`: the password alone signs in again, for whoever may read the data directory on this machine. */
import type { ExitCode } from '../contracts/exit-code.ts'
import { resetSecondFactors } from '../domain/sign-in/prove-owner.ts'
import type { CommonOptions } from './options.ts'
import { withAnyHome } from './with-home.ts'

/** @throws HomebirdError NOT_RUNNING without a home */
export async function resetTwoFactor(options: CommonOptions): Promise<ExitCode> {
  return withAnyHome(options, async (db, io) => {
    await resetSecondFactors(db)
    io.put({ reset: true })
    io.say('Authenticator, recovery codes and passkeys are gone. The password alone signs in.')
  })
}
