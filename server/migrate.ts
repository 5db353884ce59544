/** Entry of the one-shot process that brings the schema up to date; the supervisor runs it before all others. */
import { openChildChannel } from './core/child-channel.ts'
import { HomebirdError } from './core/errors.ts'
import { migrate } from './db/migrator.ts'

const channel = await openChildChannel()
const { database } = channel.start
if (database === null) throw new HomebirdError('INTERNAL', 'a migration was started without its database')
const result = await migrate(database)
if (result.applied.length > 0)
  channel.notice('info', `database brought from schema ${result.from} to ${result.to}`)
channel.ready()
await channel.finish()
