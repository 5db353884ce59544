/** A part of a home that says what it sees, and ends as it is told: by a code, by a signal, or not at all. */
import { openChildChannel } from '../../../server/core/child-channel.ts'

const channel = await openChildChannel<{ readonly end: number | 'SIGSEGV' | null }>()
const { settings } = channel.start
process.stdout.write('a line of output\n')
process.stderr.write('another without a break')
const hasNodeChannel = process.send !== undefined
channel.onAsk(() => ({ env: { ...process.env }, argv: process.argv.slice(2), hasNodeChannel }))
channel.onStop(() => void process.stdout.write('closed in order\n'))
channel.ready()
if (settings.end === 'SIGSEGV') process.kill(process.pid, 'SIGSEGV')
else if (settings.end !== null) process.exit(settings.end)
