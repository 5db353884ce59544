/** A part of a home without a server behind it: migrates nothing, or listens where it is told and answers its pid. */
import { type Server, createServer } from 'node:http'
import type { ListenAddress } from '../../../server/contracts/listen-address.ts'
import { openChildChannel } from '../../../server/core/child-channel.ts'
import { HomebirdError } from '../../../server/core/errors.ts'

const channel = await openChildChannel()
const { role, publicListen, privateListen, connections, oneTimeKeyHash } = channel.start

if (role === 'migrate') {
  channel.ready()
  await channel.finish()
}

const listening: ListenAddress[] = []
for (const address of [publicListen, privateListen]) {
  if (address !== null) listening.push(await listen(address))
}
channel.onAsk(() => ({ connections, oneTimeKeyHash }))
channel.ready(listening)
process.stdout.write(`${JSON.stringify({ level: 'info', event: 'part.ready', role })}\n`)
process.stderr.write('a bare line\n')

async function listen(address: ListenAddress): Promise<ListenAddress> {
  const server: Server = createServer((_request, response) => {
    response.setHeader('connection', 'close').end(String(process.pid))
  })
  channel.onStop(() => {
    server.close()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new HomebirdError('PORT_TAKEN', error.message)))
    server.listen(
      address.kind === 'tcp' ? { host: address.host, port: address.port } : { path: address.path },
      resolve,
    )
  })
  const bound = server.address()
  return address.kind === 'tcp' && typeof bound === 'object' && bound !== null
    ? { ...address, port: bound.port }
    : address
}
