/** `homebird media refetch`: what could not be had of others is asked for again, whatever was said before. */
import type { ExitCode } from '../contracts/exit-code.ts'
import { inTransaction } from '../db/transaction.ts'
import { askAgain, parseMediaHost } from '../domain/remote-media/ask-again.ts'
import type { CommonOptions } from './options.ts'
import { withHome } from './with-home.ts'

/** @throws HomebirdError UNPROCESSABLE for what is no name of a server */
export async function refetchMedia(options: CommonOptions & { readonly host?: string }): Promise<ExitCode> {
  const host = parseMediaHost(options.host)
  return withHome(options, async (db, io) => {
    const asked = await inTransaction(db, async (tx) => askAgain(tx, host))
    io.put(asked)
    io.say(`${asked.files} files are asked for when somebody looks, ${asked.emojis} emojis at once.`)
  })
}
