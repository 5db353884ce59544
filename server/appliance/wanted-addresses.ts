/** The addresses that every home listens on, and the settings that name them. */
import type { ListenAddress } from '../contracts/listen-address.ts'
import type { Config } from '../core/config.ts'
import type { ApplianceRole } from './home-database.ts'
import { listenAddressOf } from './ports.ts'

export function wantedAddresses(
  config: Config,
  role: ApplianceRole,
): { setting: string; address: ListenAddress }[] {
  if (role === 'worker') return []
  return [
    { setting: 'HOMEBIRD_PORT', address: { kind: 'tcp', host: config.bind, port: config.port } },
    { setting: 'HOMEBIRD_PRIVATE_LISTEN', address: listenAddressOf(config.privateListen) },
  ]
}
