/** Entry of the tunnel process: keeps the way in from outside, without the database and without its secrets. */
import { openChildChannel } from './core/child-channel.ts'
import type { TunnelConfig } from './core/tunnel-config.ts'

const opening = openChildChannel<TunnelConfig>()
const loading = import('./tunnel-process.ts')
const channel = await opening
const { runTunnel } = await loading
await runTunnel(channel)
