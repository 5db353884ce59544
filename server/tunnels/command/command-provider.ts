/** Any other tunnel client, such as frp, zrok, PageKite or rathole, run by an argument list of the owner's. */
import type { TunnelFinding } from '../../contracts/tunnel.ts'
import type { LocalTarget, TunnelEvent, TunnelProvider } from '../provider.ts'
import { PROGRAM_CONNECT_LIMIT_MS, findProgram, runProgram } from '../program.ts'

export interface CommandSettings {
  /** The program and its arguments; `{port}`, `{host}`, `{socket}` and `{domain}` stand for where it should lead. */
  readonly argv: readonly string[]
  /** A line that fits says that it is up; null where none does. */
  readonly readyPattern: RegExp | null
  /** For its environment, such as a token; no value is ever shown. */
  readonly secrets: Readonly<Record<string, string>>
}

const NO_COMMAND: TunnelFinding = {
  weight: 'stop',
  code: 'NO_COMMAND',
  message:
    'no program is named; set HOMEBIRD_TUNNEL_COMMAND to a list such as ["frpc","-c","/etc/frpc.toml"]',
}

export class CommandProvider implements TunnelProvider {
  readonly kind = 'command'
  readonly isMetered = false
  readonly connectLimitMs = PROGRAM_CONNECT_LIMIT_MS
  readonly #settings: CommandSettings
  readonly #environment: Readonly<Record<string, string | undefined>>

  constructor(settings: CommandSettings, environment: Readonly<Record<string, string | undefined>>) {
    this.#settings = settings
    this.#environment = environment
  }

  async prepare(): Promise<readonly TunnelFinding[]> {
    const [program] = this.#settings.argv
    if (program === undefined) return [NO_COMMAND]
    if ((await findProgram(program, this.#environment)) !== null) return []
    const message = `the program ${JSON.stringify(program)} is not there or cannot be run; install it, or name its whole path`
    return [{ weight: 'stop', code: 'NO_PROGRAM', message }]
  }

  async *run(target: LocalTarget, signal: AbortSignal): AsyncGenerator<TunnelEvent, void> {
    const { argv, readyPattern, secrets } = this.#settings
    const [program = '', ...args] = argv
    const path = (await findProgram(program, this.#environment)) ?? program
    yield { type: 'connecting' }
    yield* runProgram(
      {
        path,
        args: args.map((arg) => filled(arg, target)),
        env: secrets,
        secrets: Object.values(secrets),
        read: (line) => (readyPattern?.test(line) === true ? { type: 'connected' } : null),
        isUpAtOnce: readyPattern === null,
      },
      this.#environment,
      signal,
    )
  }

  /** It keeps its own connection; whether it still leads here is seen by the proof. */
  nudge(): void {}
}

function filled(arg: string, { addresses: [address], publicHost }: LocalTarget): string {
  const values: Readonly<Record<string, string>> = {
    domain: publicHost,
    ...(address.kind === 'tcp'
      ? { host: address.host, port: String(address.port) }
      : { socket: address.path }),
  }
  return arg.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}
