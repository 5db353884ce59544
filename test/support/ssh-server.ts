/** An ssh server in this process, of ssh2's own making: it listens for whoever may, and tells in which order it was asked. */
import { once } from 'node:events'
import { type AddressInfo, createServer as createNetServer, type Server as NetServer } from 'node:net'
import type { TestContext } from 'node:test'
import ssh, { type Connection } from 'ssh2'
import { makeKeyPair } from '../../server/tunnels/ssh/own-key.ts'
import { fingerprintOf } from '../../server/core/ssh-fingerprint.ts'

export interface TestSshServer {
  readonly port: number
  readonly hostKey: string
  /** What it was asked, in order: `exec`, `forward <path>`. */
  readonly asked: string[]
  /** Whether the server refuses to listen. */
  isBusy: boolean
  /** Ends every connection at once. */
  cut(): void
}

/** @param publicKey  the one key that is let in, in OpenSSH's form */
export async function openSshServer(t: TestContext, publicKey: string): Promise<TestSshServer> {
  const hostKeys = makeKeyPair()
  const allowed = parsed(publicKey)
  const asked: string[] = []
  const clients = new Set<Connection>()
  const listeners = new Set<NetServer>()
  const state = { isBusy: false }
  const server = new ssh.Server({ hostKeys: [hostKeys.private] }, (client) => {
    clients.add(client)
    client.on('error', () => undefined)
    client.on('close', () => clients.delete(client))
    client.on('authentication', (context) => {
      const isRight = context.method === 'publickey' && context.key.data.equals(allowed.getPublicSSH())
      if (!isRight) return context.reject(['publickey'])
      return context.accept()
    })
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec) => {
        asked.push('exec')
        const channel = acceptExec()
        channel.exit(1)
        channel.end()
      })
    })
    client.on('request', (accept, reject, name, info) => {
      // The types know TCP alone.
      const asksForSocket = (name as string) === 'streamlocal-forward@openssh.com'
      if (!asksForSocket || state.isBusy) {
        reject?.()
        return
      }
      const { socketPath } = info as unknown as { readonly socketPath: string }
      asked.push(`forward ${socketPath}`)
      const listener = createNetServer({ allowHalfOpen: true }, (socket) => {
        client.openssh_forwardOutStreamLocal(socketPath, (_error, channel) => {
          socket.setNoDelay(true)
          channel.on('error', () => socket.destroy())
          socket.on('error', () => channel.destroy())
          socket.pipe(channel).pipe(socket)
        })
      })
      listeners.add(listener)
      client.once('close', () => listener.close())
      listener.listen(socketPath, () => accept?.())
    })
    client.on('tcpip', (accept) => {
      const channel = accept()
      channel.write('seen from there')
      channel.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (): void => {
    for (const client of clients) client.end()
  }
  t.after(async () => {
    cut()
    for (const listener of listeners) listener.close()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  })
  return Object.assign(state, {
    port: (server.address() as AddressInfo).port,
    hostKey: fingerprintOf(parsed(hostKeys.public).getPublicSSH()),
    asked,
    cut,
  })
}

function parsed(key: string) {
  const found = ssh.utils.parseKey(key)
  if (found instanceof Error) throw found
  return found
}
