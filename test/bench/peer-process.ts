/**
 * One process of the world: a TLS server that plays many hosts, takes each delivery whose signature the home's key
 * verifies, and tells the bench of it. It ends with the channel.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { digestOf } from '../support/fake-peer-signatures.ts'
import { type Arrival, type FromPeers, type ToPeers, clockMs } from './peer-messages.ts'

let homeKey: KeyObject | null = null
let arrivals: Arrival[] = []
let refused: string[] = []

const tell = (message: FromPeers): void => void process.send?.(message)

/** All that came within one turn, so that telling costs little. */
function note(host: string, isGood: boolean): void {
  if (arrivals.length + refused.length === 0) {
    setImmediate(() => {
      tell({ kind: 'came', arrivals, refused })
      arrivals = []
      refused = []
    })
  }
  if (isGood) arrivals.push({ host, atMs: clockMs() })
  else refused.push(host)
}

function open(cert: string, privateKey: string): void {
  const server = createServer({ cert, key: privateKey, keepAlive: true }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (request.method !== 'POST') {
        response.writeHead(404).end()
        return
      }
      const body = Buffer.concat(chunks)
      const isGood = homeKey !== null && isSigned(request.headers, request.url ?? '', body, homeKey)
      note(request.headers.host ?? '', isGood)
      response.writeHead(isGood ? 202 : 401).end()
    })
  })
  server.listen(0, '127.0.0.1', () => tell({ kind: 'listens', port: (server.address() as AddressInfo).port }))
}

function isSigned(headers: IncomingHttpHeaders, path: string, body: Buffer, key: KeyObject): boolean {
  if (headers['digest'] !== digestOf(body)) return false
  const raw = String(headers['signature'])
  const names = (/headers="([^"]+)"/.exec(raw)?.[1] ?? '').split(' ')
  const signature = Buffer.from(/signature="([^"]+)"/.exec(raw)?.[1] ?? '', 'base64')
  const base = names.map((name) =>
    name === '(request-target)' ? `${name}: post ${path}` : `${name}: ${String(headers[name])}`,
  )
  return verify('sha256', Buffer.from(base.join('\n')), key, signature)
}

process.on('message', (message: ToPeers) => {
  if (message.kind === 'open') {
    open(message.cert, message.key)
    return
  }
  homeKey = createPublicKey(message.pem)
  tell({ kind: 'knows' })
})
process.on('disconnect', () => process.exit(0))
