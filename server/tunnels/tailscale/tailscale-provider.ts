/**
 * Funnel of Tailscale: the daemon that is installed here brings in what asks for this computer's own name in the tailnet. It
 * does so as long as the program that asked it for that runs, which is ours to end.
 */
import type { FindingCode, TunnelFinding } from '../../contracts/tunnel.ts'
import { askProgram } from '../ask-program.ts'
import { listenUrl } from '../listen-url.ts'
import { PROGRAM_CONNECT_LIMIT_MS, type Environment, findProgram, runProgram } from '../program.ts'
import type { LocalTarget, TunnelEvent, TunnelProvider } from '../provider.ts'
import { FunnelLines } from './funnel-lines.ts'
import { type TailscaleStatus, readTailscaleStatus } from './tailscale-status.ts'

/** Where it is on a Mac whose owner has it from the store or as an app. */
const MAC_APP = '/Applications/Tailscale.app/Contents/MacOS/Tailscale'
const HTTPS_PORT = '443'
/** Without it the program of the app on a Mac, started from no terminal, opens its window and answers nothing. */
const AS_COMMAND = { TAILSCALE_BE_CLI: '1' }

export class TailscaleProvider implements TunnelProvider {
  readonly kind = 'tailscale'
  readonly isMetered = false
  readonly connectLimitMs = PROGRAM_CONNECT_LIMIT_MS
  readonly #named: string | null
  readonly #environment: Environment
  #path: string | null = null
  #name: string | null = null

  /** @param named  where the program is; null for one that is to be found */
  constructor(named: string | null, environment: Environment) {
    this.#named = named
    this.#environment = environment
  }

  async prepare({ publicHost }: LocalTarget): Promise<readonly TunnelFinding[]> {
    this.#path = await this.#find()
    if (this.#path === null) {
      const what = this.#named === null ? 'tailscale is not installed' : `${this.#named} cannot be run`
      return [
        stop('NO_PROGRAM', `${what}; install it from tailscale.com, or name it by HOMEBIRD_TUNNEL_PROGRAM`),
      ]
    }
    const asked = ['status', '--json', '--peers=false']
    const { text } = await askProgram(this.#path, asked, this.#environment, AS_COMMAND)
    const status = readTailscaleStatus(text)
    if (status === null) {
      const said = text.slice(0, 150).replaceAll(/\s+/g, ' ')
      return [
        stop('NO_DAEMON', `the daemon of Tailscale does not answer; start it (tailscaled). It says: ${said}`),
      ]
    }
    this.#name = status.name
    return findingsOf(status, publicHost)
  }

  async #find(): Promise<string | null> {
    if (this.#named !== null) return findProgram(this.#named, this.#environment)
    const installed = await findProgram('tailscale', this.#environment)
    return installed ?? (process.platform === 'darwin' ? findProgram(MAC_APP, this.#environment) : null)
  }

  async *run({ addresses: [address] }: LocalTarget, signal: AbortSignal): AsyncGenerator<TunnelEvent, void> {
    const lines = new FunnelLines(this.#name)
    yield { type: 'connecting', to: 'Tailscale' }
    yield* runProgram(
      {
        path: this.#path ?? 'tailscale',
        args: ['funnel', `--https=${HTTPS_PORT}`, listenUrl(address)],
        env: AS_COMMAND,
        secrets: [],
        read: (line) => lines.read(line),
        isUpAtOnce: false,
      },
      this.#environment,
      signal,
    )
  }

  /** The daemon has noticed another network before anybody here could tell it. */
  nudge(): void {}

  facts(): Readonly<Record<string, string>> {
    return this.#name === null ? {} : { name: this.#name }
  }
}

function findingsOf(status: TailscaleStatus, publicHost: string): readonly TunnelFinding[] {
  const signedOut = signInFinding(status)
  if (signedOut !== null) return [signedOut]
  const { name, mayFunnel } = status
  if (name === null)
    return [
      stop(
        'OTHER_NAME',
        'this computer has no name in the tailnet; switch MagicDNS on in the console of Tailscale',
      ),
    ]
  const findings: TunnelFinding[] = []
  if (publicHost.replace(/:\d+$/, '') !== name) {
    const message = `Tailscale brings in only what asks for ${name}, and this home is ${publicHost}; rename the computer there, or choose another way in`
    findings.push(stop('OTHER_NAME', message))
  }
  if (mayFunnel === false) {
    const message =
      'this tailnet does not allow Funnel for this computer; allow it in the console of Tailscale (Access controls, nodeAttrs, "funnel"), where HTTPS certificates must be on as well'
    findings.push(stop('FUNNEL_REFUSED', message))
  }
  return findings
}

function signInFinding({ state, signInUrl }: TailscaleStatus): TunnelFinding | null {
  switch (state) {
    case 'Running':
    // It is waking up; the attempt shows whether it does.
    case 'Starting':
      return null
    case 'NeedsMachineAuth':
      return stop('NOT_SIGNED_IN', 'this computer waits for its approval in the console of Tailscale')
    case 'Stopped':
      return stop('NOT_SIGNED_IN', 'Tailscale is switched off on this computer; switch it on: tailscale up')
    default: {
      const where = signInUrl === null ? '' : ` or open ${signInUrl}`
      return stop(
        'NOT_SIGNED_IN',
        `nobody is signed in to Tailscale on this computer; run: tailscale up${where}`,
      )
    }
  }
}

const stop = (code: FindingCode, message: string): TunnelFinding => ({ weight: 'stop', code, message })
