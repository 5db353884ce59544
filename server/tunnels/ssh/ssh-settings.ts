/** What the ssh provider needs to know: whom it calls, as whom, by which keys, and where it listens there. */
import type { RemoteListen, SshServer } from '../../core/tunnel-settings.ts'
import type { Door, LocalTarget } from '../provider.ts'
import type { OwnKey } from './own-key.ts'

export interface SshSettings {
  /** Null until it was named. */
  readonly server: SshServer | null
  /** `SHA256:…` as ssh-keygen shows it; null until the owner has compared and confirmed it. */
  readonly hostKey: string | null
  /** Homebird's own, made when there is none. @throws Error with the reason when it cannot be had */
  ownKey(): Promise<OwnKey>
  /** Tried in this order: a socket can be taken over at once, a port stays taken for minutes after the home has moved. */
  readonly listen: readonly RemoteListen[]
  /** To the home, for what comes out of the channels of one session. */
  openDoor(target: LocalTarget): Door
}

/** The same, when everything is known. */
export interface SshCall extends SshServer {
  readonly hostKey: string
  readonly privateKey: string
  readonly listen: readonly RemoteListen[]
}

export interface SshLimits {
  readonly keepAliveMs: number
  readonly keepAliveMost: number
  /** From a nudge until a connection that says nothing is given up. */
  readonly nudgeMs: number
  /** From the wish to end until it is ended by force. */
  readonly closeMs: number
}

export const SSH_LIMITS: SshLimits = { keepAliveMs: 5_000, keepAliveMost: 3, nudgeMs: 3_000, closeMs: 2_000 }
