/** The addresses that every home listens on, and the settings that name them. */
import type { LoadedConfig } from '../core/config.ts'
import type { ApplianceRole } from './home-database.ts'
import { type WantedAddress, listenAddressOf } from './ports.ts'

interface Wishes {
  readonly role: ApplianceRole
  readonly privateSocket?: boolean
}

/**
 * @param ownSocket  where the owner is served when the home has a socket of its own for that and no setting names
 *   another address; null before the folder of sockets is known, and then it is left out: nobody else can hold it
 */
export function wantedAddresses(
  { config, origins }: Pick<LoadedConfig, 'config' | 'origins'>,
  { role, privateSocket = false }: Wishes,
  ownSocket: string | null,
): WantedAddress[] {
  if (role === 'worker') return []
  const forAll: WantedAddress = {
    setting: 'HOMEBIRD_PORT',
    address: { kind: 'tcp', host: config.bind, port: config.port },
  }
  const setting = 'HOMEBIRD_PRIVATE_LISTEN'
  if (!privateSocket || origins.privateListen.from !== 'default') {
    return [forAll, { setting, address: listenAddressOf(config.privateListen) }]
  }
  return ownSocket === null ? [forAll] : [forAll, { setting, address: { kind: 'socket', path: ownSocket } }]
}
