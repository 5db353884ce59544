/** Whoever is several is told as whom they write. */
import { useOwnAccount } from '../hooks/use-facts.ts'
import { useIdentities } from '../hooks/use-identities.ts'
import { Handle } from './handle.tsx'

export function WritingAs() {
  const { data: own } = useOwnAccount()
  const { data: identities = [] } = useIdentities()
  const current = identities.find(({ id }) => id === own?.id)
  return current === undefined || identities.length < 2 ? null : <Handle text={current.handle} />
}
