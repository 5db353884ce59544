/** A child that does nothing but speak the control channel; its settings say how it shall misbehave. */
import { createServer } from 'node:http'
import { openChildChannel } from '../../../server/core/child-channel.ts'
import { HomebirdError } from '../../../server/core/errors.ts'

interface Manner {
  readonly manner?:
    | 'refuse'
    | 'throw-later'
    | 'hang-on-stop'
    | 'spin'
    | 'finish'
    | 'never-ready'
    | 'tell-environment'
}

const channel = await openChildChannel<Manner>()
const { manner } = channel.start.settings
const opened = createServer().listen(0, '127.0.0.1')
channel.onStop(() => channel.notice('info', 'second'))
channel.onStop(() => channel.notice('info', 'first'))
channel.onAsk(() => ({ role: channel.start.role, index: channel.start.index }))
if (manner === 'tell-environment') process.stdout.write(`${JSON.stringify(Object.keys(process.env))}\n`)
if (manner === 'never-ready') await new Promise(() => undefined)
if (manner === 'refuse') throw new HomebirdError('PORT_TAKEN', 'port 1 is taken; choose another')
if (manner === 'finish') await channel.finish()
if (manner === 'hang-on-stop') channel.onStop(() => new Promise(() => undefined))
channel.ready([{ kind: 'tcp', host: '127.0.0.1', port: 1 }])
if (manner === 'throw-later') setImmediate(() => opened.emit('error', new Error('nobody listens')))
if (manner === 'spin') for (;;) process.hrtime()
