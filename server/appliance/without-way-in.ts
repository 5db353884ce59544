/** What is told of a tunnel that cannot start, since no server takes what it would bring. */
import type { TunnelKind, TunnelStatus } from '../contracts/tunnel.ts'

/** @param message  why, with the remedy */
export function withoutWayIn(kind: TunnelKind, message: string, now: Date): TunnelStatus {
  return {
    kind,
    state: 'blocked',
    since: now.toISOString(),
    proof: null,
    reason: message,
    nextTryAt: null,
    attempts: 0,
    findings: [{ weight: 'stop', code: 'PORT_TAKEN', message }],
    notice: null,
    facts: {},
  }
}
