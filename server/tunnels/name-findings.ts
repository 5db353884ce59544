/** Whose name it is that the tunnel brings in: what belongs to somebody else is said, whatever brings it in. */
import type { TunnelFinding } from '../contracts/tunnel.ts'
import { borrowedName, lentSentence } from '../contracts/borrowed-names.ts'

export function nameFindings(publicHost: string): readonly TunnelFinding[] {
  const lender = borrowedName(publicHost)
  if (lender === null) return []
  if (lender.fate === 'provider')
    return [{ weight: 'warn', code: 'PROVIDER_NAME', message: lentSentence(lender.provider) }]
  const message = `${publicHost} is given out by ${lender.provider} for as long as a tunnel lasts; who follows you loses you with it`
  return [{ weight: 'warn', code: 'MORTAL_NAME', message }]
}
