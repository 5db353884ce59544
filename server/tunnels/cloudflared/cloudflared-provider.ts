/** A tunnel of Cloudflare, kept by its own program: where it leads is written in Cloudflare's dashboard, by the owner. */
import type { TunnelFinding } from '../../contracts/tunnel.ts'
import { listenUrl } from '../listen-url.ts'
import { PROGRAM_CONNECT_LIMIT_MS, type Environment, runProgram } from '../program.ts'
import type { LocalTarget, TunnelEvent, TunnelProvider } from '../provider.ts'
import { findCloudflared } from './find-cloudflared.ts'
import type { CloudflaredPlaces } from './find-cloudflared.ts'
import { CloudflaredLines } from './lines.ts'
import { readToken } from './token.ts'

/** What is under way when it is told to stop; it is ended by force soon after. */
const GRACE = '2s'

export interface CloudflaredSettings {
  /** Empty until it was given. */
  readonly token: string
  readonly places: CloudflaredPlaces
}

export class CloudflaredProvider implements TunnelProvider {
  readonly kind = 'cloudflared'
  readonly isMetered = false
  readonly connectLimitMs = PROGRAM_CONNECT_LIMIT_MS
  readonly #settings: CloudflaredSettings
  readonly #environment: Environment
  #path: string | null = null
  #service: string | null = null

  constructor(settings: CloudflaredSettings, environment: Environment) {
    this.#settings = settings
    this.#environment = environment
  }

  async prepare({ addresses: [address] }: LocalTarget): Promise<readonly TunnelFinding[]> {
    this.#service = listenUrl(address)
    const token = this.#tokenFinding()
    const found = await findCloudflared(this.#settings.places, this.#environment)
    if ('path' in found) this.#path = found.path
    return [...(token === null ? [] : [token]), ...('finding' in found ? [found.finding] : [])]
  }

  #tokenFinding(): TunnelFinding | null {
    const { token } = this.#settings
    if (token === '') {
      const message =
        'the token of the tunnel is missing; make a tunnel in Cloudflare’s dashboard (Zero Trust, Networks, Tunnels) and give its token as HOMEBIRD_TUNNEL_TOKEN'
      return { weight: 'stop', code: 'NO_TOKEN', message }
    }
    if (readToken(token) !== null) return null
    const message = `what is given as HOMEBIRD_TUNNEL_TOKEN (${token.length} characters) is no token of a tunnel; copy only the long word that begins with eyJ, and not the command around it`
    return { weight: 'stop', code: 'BAD_TOKEN', message }
  }

  async *run({ addresses: [address] }: LocalTarget, signal: AbortSignal): AsyncGenerator<TunnelEvent, void> {
    const { token } = this.#settings
    const lines = new CloudflaredLines()
    yield { type: 'connecting', to: 'Cloudflare' }
    yield* runProgram(
      {
        path: this.#path ?? 'cloudflared',
        args: ['tunnel', '--no-autoupdate', 'run'],
        env: {
          TUNNEL_TOKEN: token,
          TUNNEL_URL: listenUrl(address),
          TUNNEL_GRACE_PERIOD: GRACE,
          // Its figures are for nobody here; a free port of loopback takes none that is wanted.
          TUNNEL_METRICS: '127.0.0.1:0',
          TUNNEL_LOGLEVEL: 'info',
        },
        secrets: [token, readToken(token)?.secret ?? ''],
        read: (line) => lines.read(line),
        isUpAtOnce: false,
      },
      this.#environment,
      signal,
    )
  }

  /** It notices within seconds that its connections are dead, and makes others. */
  nudge(): void {}

  /** For the dashboard: what the name there must lead to. */
  facts(): Readonly<Record<string, string>> {
    const tunnel = readToken(this.#settings.token)
    return {
      ...(this.#service === null ? {} : { service: this.#service }),
      ...(tunnel === null ? {} : { cname: `${tunnel.tunnelId}.cfargotunnel.com` }),
    }
  }
}
