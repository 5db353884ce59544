/** "You", with the ways that lead on from there. */
import { useLocation } from 'wouter'
import { IdentityList } from '../features/identities/identity-list.tsx'
import { PushSwitch } from '../features/push/push-switch.tsx'
import { YouPage } from '../features/you/you-page.tsx'
import { ROUTES } from './routes.ts'
import { FROM_YOU } from './ways.ts'

export function You() {
  const [, navigate] = useLocation()
  return (
    <YouPage
      ways={FROM_YOU}
      identities={<IdentityList />}
      securityPath={ROUTES.signIn}
      device={<PushSwitch />}
      onSignedOut={() => navigate('/', { replace: true })}
    />
  )
}
