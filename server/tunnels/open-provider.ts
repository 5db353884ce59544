/** The provider that the settings name. */
import type { TunnelKind } from '../contracts/tunnel.ts'
import { HomebirdError } from '../core/errors.ts'
import type { SecretFolder } from '../core/secret-box.ts'
import type { TunnelConfig } from '../core/tunnel-config.ts'
import type { CertificateKeeper } from './acme/certificate-keeper.ts'
import { CertifiedProvider } from './acme/certified-provider.ts'
import { CloudflaredProvider } from './cloudflared/cloudflared-provider.ts'
import { buildHere } from './cloudflared/release.ts'
import { CommandProvider, type CommandSettings } from './command/command-provider.ts'
import { DirectProvider } from './direct/direct-provider.ts'
import { mappingSecretIn } from './direct/mapping-secret.ts'
import { ManualProvider } from './manual/manual-provider.ts'
import { NgrokProvider } from './ngrok/ngrok-provider.ts'
import type { TunnelProvider } from './provider.ts'
import { ownKeyIn } from './ssh/own-key.ts'
import { SshProvider } from './ssh/ssh-provider.ts'
import type { Wait } from './sleeper.ts'
import { TailscaleProvider } from './tailscale/tailscale-provider.ts'
import { TargetDoor } from './target-door.ts'
import { TlsDoor, preambledDoor } from './tls/tls-door.ts'

/** Of a port that a router opens: renewed each hour. */
const LIFETIME_SECONDS = 7_200

export interface ProviderSurroundings {
  readonly secrets: SecretFolder
  /** Of programs that were fetched. */
  readonly programsDir: string
  /** Where TLS ends here. */
  readonly certificates: CertificateKeeper
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly wait: Wait
}

type Open = (config: TunnelConfig, surroundings: ProviderSurroundings) => TunnelProvider

const PROVIDERS: Readonly<Partial<Record<TunnelKind, Open>>> = {
  manual: () => new ManualProvider(),
  ssh: openSsh,
  cloudflared: (config, { programsDir, environment }) =>
    new CloudflaredProvider(
      {
        token: config.tunnelToken,
        places: { named: config.tunnelProgram, programs: programsDir, build: buildHere() },
      },
      environment,
    ),
  tailscale: (config, { environment }) => new TailscaleProvider(config.tunnelProgram, environment),
  ngrok: (config) => new NgrokProvider(config.tunnelToken),
  direct: openDirect,
  command: (config, { environment }) => new CommandProvider(commandOf(config), environment),
}

function openSsh(config: TunnelConfig, { secrets, certificates }: ProviderSurroundings): TunnelProvider {
  const endsHere = config.tunnelMode === 'passthrough'
  const provider = new SshProvider({
    server: config.tunnelServer,
    hostKey: config.tunnelHostKey,
    listen: config.tunnelListen,
    ownKey: async () => ownKeyIn(secrets),
    openDoor: ({ addresses }) =>
      endsHere ? preambledDoor({ addresses, certificates }) : new TargetDoor(addresses),
  })
  return endsHere ? new CertifiedProvider(provider, certificates) : provider
}

function openDirect(config: TunnelConfig, surroundings: ProviderSurroundings): TunnelProvider {
  const { secrets, certificates, environment, wait } = surroundings
  const provider = new DirectProvider(
    {
      router: config.tunnelRouter,
      port: config.tunnelDirectPort,
      seenBy: config.tunnelSeenBy,
      lifetimeSeconds: LIFETIME_SECONDS,
    },
    {
      openDoor: ({ addresses }) => new TlsDoor({ addresses, certificates }),
      mappingSecret: async () => mappingSecretIn(secrets),
      environment,
      wait,
    },
  )
  return new CertifiedProvider(provider, certificates)
}

function commandOf({ tunnelCommand, tunnelReady, tunnelToken }: TunnelConfig): CommandSettings {
  return {
    argv: tunnelCommand ?? [],
    readyPattern: tunnelReady === null ? null : new RegExp(tunnelReady, 'u'),
    secrets: tunnelToken === '' ? {} : { HOMEBIRD_TUNNEL_TOKEN: tunnelToken },
  }
}

/** @throws HomebirdError SETTING_INVALID for a kind that runs nothing */
export function openProvider(config: TunnelConfig, surroundings: ProviderSurroundings): TunnelProvider {
  const open = PROVIDERS[config.tunnel]
  if (open === undefined)
    throw new HomebirdError('SETTING_INVALID', `HOMEBIRD_TUNNEL is "${config.tunnel}", which runs no tunnel`)
  return open(config, surroundings)
}
