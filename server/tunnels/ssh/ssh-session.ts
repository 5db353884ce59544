/**
 * One connection to an ssh server that listens for this home: what is asked there comes out of a channel and goes to the
 * way in. Two traps cost a request 44 to 132 ms each if they are not avoided: Nagle's algorithm here, and sshd's own, which
 * it switches off only for a session; so one is opened once, whatever becomes of it.
 */
import { type Socket, connect } from 'node:net'
import ssh, { type CipherAlgorithm, type ClientChannel } from 'ssh2'
import { describeError } from '../../core/errors.ts'
import type { RemoteListen } from '../../core/tunnel-settings.ts'
import type { EventFeed } from '../event-feed.ts'
import type { Door, TunnelEvent } from '../provider.ts'
import { fingerprintOf, isSameFingerprint } from '../../core/ssh-fingerprint.ts'
import type { SshCall, SshLimits } from './ssh-settings.ts'

/** Hardware does AES on nearly every machine; ssh2 would take ChaCha20 first, which costs three times as much. */
const CIPHERS: CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'chacha20-poly1305@openssh.com',
  'aes128-ctr',
  'aes256-ctr',
]

export class SshSession {
  readonly #client = new ssh.Client()
  readonly #call: SshCall
  readonly #limits: SshLimits
  readonly #door: Door
  readonly #feed: EventFeed<TunnelEvent>
  readonly #closed = Promise.withResolvers<undefined>()
  /** Its own, since ssh2's client neither switches Nagle off before it is connected nor cuts what was ended already. */
  #socket: Socket | null = null
  #refusedKey: string | null = null
  #isReady = false
  #failure: { readonly reason: string; readonly isFinal: boolean } | null = null

  constructor(call: SshCall, limits: SshLimits, door: Door, feed: EventFeed<TunnelEvent>) {
    this.#call = call
    this.#limits = limits
    this.#door = door
    this.#feed = feed
    this.#client.on('ready', () => void this.#begin())
    this.#client.on('error', (error) => this.#failed(error))
    this.#client.on('unix connection', (_info, accept) => this.#door.take(accept()))
    this.#client.on('tcp connection', (_info, accept) => this.#door.take(accept()))
    this.#client.on('close', () => this.#end())
  }

  /** Fingerprint of a key that is not the confirmed one; null while none was shown. */
  get refusedKey(): string | null {
    return this.#refusedKey
  }

  open(): void {
    try {
      this.#connect()
    } catch (error) {
      this.#socket?.destroy()
      this.#failure = { reason: describeError(error), isFinal: true }
      this.#end()
    }
  }

  #connect(): void {
    const { host, port, user, privateKey } = this.#call
    this.#socket = connect({ host, port, noDelay: true })
    // Each channel that waits listens to it.
    this.#socket.setMaxListeners(0)
    this.#client.connect({
      sock: this.#socket,
      username: user,
      privateKey,
      algorithms: { cipher: CIPHERS },
      hostVerifier: (key: Buffer) => this.#isTrusted(key),
      keepaliveInterval: this.#limits.keepAliveMs,
      keepaliveCountMax: this.#limits.keepAliveMost,
      // Whoever opens it has a limit of its own for the whole.
      readyTimeout: 0,
    })
  }

  async close(): Promise<void> {
    this.#failure ??= { reason: 'it was closed', isFinal: false }
    this.#client.end()
    const timer = setTimeout(() => this.#socket?.destroy(), this.#limits.closeMs)
    this.#door.close()
    await this.#closed.promise
    clearTimeout(timer)
  }

  /** A connection that gives no answer within the limit is dead, whatever the socket believes. One that is being set up has its own limit. */
  probe(): void {
    if (!this.#isReady) return
    const timer = setTimeout(() => {
      this.#failure ??= { reason: 'the connection does not answer any more', isFinal: false }
      this.#socket?.destroy()
    }, this.#limits.nudgeMs)
    this.#client.once('close', () => clearTimeout(timer))
    this.#ask(() => clearTimeout(timer))
  }

  /** A connection from there to `host`, as a stranger on the internet would make it. @throws Error when the server refuses */
  async openFrom(host: string, port: number): Promise<ClientChannel> {
    const { promise, resolve, reject } = Promise.withResolvers<ClientChannel>()
    this.#client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
      if (error === undefined) resolve(channel)
      else reject(error)
    })
    return promise
  }

  #isTrusted(key: Buffer): boolean {
    const seen = fingerprintOf(key)
    if (isSameFingerprint(seen, this.#call.hostKey)) return true
    this.#refusedKey = seen
    return false
  }

  async #begin(): Promise<void> {
    this.#isReady = true
    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.#ask(() => resolve(undefined))
    await promise
    const refusals: string[] = []
    for (const place of this.#call.listen) {
      try {
        await this.#listen(place)
        this.#feed.push({ type: 'connected', to: `${this.#call.host}, ${nameOf(place)}` })
        return
      } catch (error) {
        refusals.push(`${nameOf(place)}: ${describeError(error)}`)
      }
    }
    const reason = `the server does not listen for this home (${refusals.join('; ')}); run its script again, or end what holds it`
    this.#failure = { reason, isFinal: false }
    await this.close()
  }

  async #listen(place: RemoteListen): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    const done = (error: unknown): void => (error instanceof Error ? reject(error) : resolve(undefined))
    if (place.kind === 'socket') this.#client.openssh_forwardInStreamLocal(place.path, done)
    else this.#client.forwardIn(place.host, place.port, done)
    await promise
  }

  /** Whether the server runs it does not matter: that it was asked does, and that it answers. */
  #ask(answered: () => void): void {
    try {
      this.#client.exec('true', (_error, channel: ClientChannel | undefined) => {
        channel?.on('error', () => undefined).resume()
        answered()
      })
    } catch {
      // It is not connected any more; its end is told by the event.
    }
  }

  #end(): void {
    const { reason, isFinal } = this.#failure ?? {
      reason: 'the server closed the connection',
      isFinal: false,
    }
    this.#feed.push({ type: 'lost', reason, isFinal })
    this.#feed.end()
    this.#closed.resolve(undefined)
  }

  #failed(error: Error & { readonly level?: string }): void {
    const { host, user, hostKey } = this.#call
    if (this.#refusedKey !== null) {
      const reason = `${host} shows the key ${this.#refusedKey} and not ${hostKey}; if the server was set up anew, compare and confirm it, else somebody stands between`
      this.#failure = { reason, isFinal: true }
    } else if (error.level === 'client-authentication') {
      const reason = `${host} does not let ${user} in by the key of this home; run the script on the server again`
      this.#failure = { reason, isFinal: true }
    } else {
      this.#failure ??= { reason: `${host}: ${describeError(error)}`, isFinal: false }
    }
  }
}

const nameOf = (place: RemoteListen): string =>
  place.kind === 'socket' ? place.path : `${place.host}:${place.port}`
