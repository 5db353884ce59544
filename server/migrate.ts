/** Entry of the one-shot process that brings the schema up to date; the supervisor runs it before all others. */
import { openChildChannel } from './core/child-channel.ts'
import { migrate } from './db/migrator.ts'

const channel = await openChildChannel()
const result = await migrate(channel.start.database)
if (result.applied.length > 0)
  channel.notice('info', `database brought from schema ${result.from} to ${result.to}`)
channel.ready()
await channel.finish()
