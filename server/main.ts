/** Entry of the HTTP server process: opens the context, binds the public and the private listener, says ready. */
import { openChildChannel } from './core/child-channel.ts'
import type { Config } from './core/config.ts'

const opening = openChildChannel<Config>()
// Loads while the database still starts; a failure is told over the channel like any other.
const loading = import('./server-process.ts')
const channel = await opening
const { runServer } = await loading
await runServer(channel)
