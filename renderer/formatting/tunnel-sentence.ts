/**
 * The state of the way in, as one sentence with the time of its last proof: for the page, the status, and whoever shows it
 * outside of the window.
 */
import type { TunnelState, TunnelStatus } from '../../server/contracts/tunnel.ts'
import type { Text } from '../i18n/i18n.ts'
import { agoWords } from './ago.ts'

type SentenceTone = 'good' | 'look' | 'bad' | 'quiet'

const TONES: Readonly<Record<TunnelState, SentenceTone>> = {
  off: 'quiet',
  preparing: 'quiet',
  connecting: 'quiet',
  waiting: 'look',
  connected: 'quiet',
  verified: 'good',
  degraded: 'bad',
  blocked: 'bad',
}

type Told = Pick<TunnelStatus, 'state' | 'proof'>

export const tunnelTone = (status: Told | null): SentenceTone =>
  status === null ? 'quiet' : TONES[status.state]

/** @param status  null where nothing is set up */
export function tunnelSentence(t: Text, status: Told | null, now: Date): string {
  if (status === null) return t('tunnel_state.none')
  const { state, proof } = status
  if (state !== 'verified' || proof === null) return tunnelWord(t, status)
  return t('tunnel_state.proven', { ago: agoWords(t.locale, new Date(proof.at), now) })
}

/** The same without a moment, which is said aloud only when it becomes another. */
export function tunnelWord(t: Text, status: Pick<TunnelStatus, 'state'> | null): string {
  return status === null ? t('tunnel_state.none') : t(`tunnel_state.${status.state}`)
}
