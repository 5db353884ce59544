/** Entry of the HTTP server process: opens the context, binds the public and the private listener, says ready. */
import { enableCompileCache } from 'node:module'

enableCompileCache()

const { openChildChannel } = await import('./core/child-channel.ts')
const channel = await openChildChannel<import('./core/config.ts').Config>()
const { runServer } = await import('./server-process.ts')
await runServer(channel)
