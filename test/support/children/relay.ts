/** The smallest tunnel program there is: takes connections at a socket and hands them to a port. `relay.ts SOCKET PORT` */
import { rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'

const [path = '', port = ''] = process.argv.slice(2)
// One that was ended by force leaves it behind.
rmSync(path, { force: true })
createServer((visitor) => {
  const home = connect({ host: '127.0.0.1', port: Number(port) })
  visitor.on('error', () => home.destroy())
  home.on('error', () => visitor.destroy())
  visitor.pipe(home).pipe(visitor)
}).listen(path, () => {
  process.stdout.write(`secret is ${process.env['HOMEBIRD_TUNNEL_TOKEN']}\nrelay is up\n`)
})
