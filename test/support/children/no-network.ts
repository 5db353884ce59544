/** Loaded into a program before its own code: every connection to another machine ends it, with a line that says where to. */
import { Socket } from 'node:net'

type Connect = (this: Socket, ...args: unknown[]) => Socket

// oxlint-disable-next-line typescript/unbound-method -- it is called with the socket that it was called on
const connect = Socket.prototype.connect as Connect
const refusing: Connect = function refusing(...args) {
  const [wanted] = args.flat()
  if (typeof wanted === 'object' && wanted !== null && 'path' in wanted && typeof wanted.path === 'string')
    return connect.apply(this, args) // a socket of this machine
  process.stderr.write(`network: ${JSON.stringify(wanted)}\n`)
  process.exit(66)
}
Socket.prototype.connect = refusing
