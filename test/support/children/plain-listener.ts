/** What a tunnel leads to when only the tunnel is looked at: `/small`, `/bytes/N`, and a sink for what is sent. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const PIECE = Buffer.alloc(65_536, 'x')

const server = createServer({ noDelay: true, keepAliveTimeout: 600_000 }, (asked, answer) => {
  asked.resume()
  const wanted = /\/bytes\/(\d+)$/.exec(asked.url ?? '')?.[1]
  if (wanted === undefined) {
    asked.once('end', () => answer.setHeader('content-length', '2').end('ok'))
    return
  }
  let left = Number(wanted)
  answer.setHeader('content-length', String(left))
  const pour = (): void => {
    while (left > 0) {
      const piece = PIECE.subarray(0, Math.min(left, PIECE.length))
      left -= piece.length
      if (!answer.write(piece)) {
        answer.once('drain', pour)
        return
      }
    }
    answer.end()
  }
  pour()
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
})
