/** "Notifications on this device", for any page: it brings its words itself. */
import { lazyPage } from '../../app/lazy-page.tsx'

export const PushSwitch = lazyPage(
  'push',
  async () => (await import('../../components/push-panel.tsx')).PushPanel,
)
