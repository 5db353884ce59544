/** When the machine has slept or is on another network: what waits for the line goes on now, and not when its pause is over. */
import type { LineChange } from '../contracts/child-message.ts'
import { describeError } from '../core/errors.ts'
import type { Logger } from '../core/log.ts'
import type { Database } from '../db/pool.ts'
import { inTransaction } from '../db/transaction.ts'
import { probeLine } from '../domain/fan-outs/after-delivery.ts'
import { trySilentHosts } from '../domain/fan-outs/breaker.ts'
import type { OfflineGuard } from '../domain/fan-outs/offline-guard.ts'

interface LineParts {
  readonly db: Database
  readonly log: Logger
  readonly line: Pick<OfflineGuard, 'mayBeBack'>
}

/** Nothing is lost where it fails: everything has its own time too. */
export async function tryLineAgain({ db, log, line }: LineParts, why: LineChange): Promise<void> {
  line.mayBeBack()
  try {
    const hosts = await inTransaction(db, async (tx) => {
      // Peers before their deliveries, as everywhere: two that wait for each other's rows would both wait in vain.
      const silent = await trySilentHosts(tx)
      await probeLine(tx)
      return silent
    })
    log.info({ event: 'delivery.line_tried', why, hosts: hosts.length })
  } catch (error) {
    log.warn({ event: 'delivery.line_untried', why, error: describeError(error) })
  }
}
