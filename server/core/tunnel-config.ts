/** What the tunnel process is told of the settings: its own and those of asking its own address, and nothing else. */
import type { Config } from './config.ts'

const NAMES = [
  'tunnel',
  'tunnelServer',
  'tunnelHostKey',
  'tunnelMode',
  'tunnelListen',
  'acmeDirectory',
  'acmeEmail',
  'tunnelCommand',
  'tunnelReady',
  'tunnelToken',
  'tunnelProgram',
  'tunnelRouter',
  'tunnelDirectPort',
  'tunnelSeenBy',
  'logLevel',
  'allowPrivateAddresses',
  'hostAddresses',
] as const satisfies readonly (keyof Config)[]

export type TunnelConfig = Pick<Config, (typeof NAMES)[number]>

export function tunnelConfigOf(config: Config): TunnelConfig {
  const taken = NAMES.map((name) => [name, config[name]] as const)
  return Object.fromEntries(taken) as TunnelConfig
}
