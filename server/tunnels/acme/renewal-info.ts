/** When an authority wants a certificate renewed, as where it must take many back. @see RFC 9773, 4 */
import type { AcmeSession } from './acme-session.ts'
import { isJson } from './acme-session.ts'

export interface RenewalWindow {
  readonly start: Date
  readonly end: Date
}

/** Null where the authority says nothing that could be understood. @throws HomebirdError where it does not answer */
export async function readRenewalWindow(session: AcmeSession, name: string): Promise<RenewalWindow | null> {
  const base = session.address('renewalInfo')
  if (base === null) return null
  const { status, json } = await session.get(`${base.replace(/\/$/, '')}/${name}`)
  const window = json['suggestedWindow']
  if (status !== 200 || !isJson(window)) return null
  const start = new Date(String(window['start']))
  const end = new Date(String(window['end']))
  return Number.isNaN(start.getTime()) || Number.isNaN(end.getTime()) ? null : { start, end }
}
