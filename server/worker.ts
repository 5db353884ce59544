/** Entry of the Stator process: opens the context and runs every graph until told to stop. */
import { enableCompileCache } from 'node:module'

enableCompileCache()

const { openChildChannel } = await import('./core/child-channel.ts')
const channel = await openChildChannel<import('./core/config.ts').Config>()
const { runWorker } = await import('./worker-process.ts')
await runWorker(channel)
