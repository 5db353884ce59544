/** Fetches the document of its first argument and prints its bytes, with nothing but the process's own trust. */
import { systemClock } from '../../../server/core/clock.ts'
import { createLogger } from '../../../server/core/log.ts'
import { createSafeFetch } from '../../../server/net/safe-fetch.ts'

const [url = '', address = ''] = process.argv.slice(2)
const fetcher = createSafeFetch({
  remoteTimeout: { connect: 20, read: 20, write: 20, pool: 20 },
  allowPrivateAddresses: [],
  hostAddresses: { [new URL(url).host]: address },
  userAgent: 'Homebird/0.0.0',
  clock: systemClock,
  log: createLogger('test', 'silent'),
})
try {
  const { body } = await fetcher.fetchDocument(url)
  process.stdout.write(body)
} catch (error) {
  process.stdout.write(error instanceof Error ? error.message : String(error))
}
await fetcher.close()
