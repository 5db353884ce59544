/** Entry of the keeper: one long job on the home's own data, in a process of its own, which ends with it. */
import { openChildChannel } from './core/child-channel.ts'
import type { Config } from './core/config.ts'

const channel = await openChildChannel<Config>()
const { runJob } = await import('./keeping/run-job.ts')
await runJob(channel)
