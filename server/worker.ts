/** Entry of the Stator process: opens the context and runs every graph until told to stop. */
import { openChildChannel } from './core/child-channel.ts'
import type { Config } from './core/config.ts'

const opening = openChildChannel<Config>()
// Loads while the database still starts; a failure is told over the channel like any other.
const loading = import('./worker-process.ts')
const channel = await opening
const { runWorker } = await loading
await runWorker(channel)
