/** `homebird tunnel`: how the way in from outside does, its settings, a try right now. Asked from the running appliance. */
import type { ApplianceStatus } from '../appliance/index.ts'
import { type ControlQuestion, askControlSocket } from '../appliance/control-socket.ts'
import { isDataDirLocked, readLockHolder } from '../appliance/data-dir-lock.ts'
import { chosenDataDir } from '../appliance/ground.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import type { TunnelCommand, TunnelState, TunnelStatus } from '../contracts/tunnel.ts'
import { HomebirdError } from '../core/errors.ts'
import { TUNNEL_SETTINGS } from '../core/tunnel-settings.ts'
import { type CommandIo, commandIo, valueFromInput } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'

const SENTENCES: Readonly<Record<TunnelState, string>> = {
  off: 'it is switched off',
  preparing: 'it looks at what it needs',
  connecting: 'it is connecting',
  waiting: 'it is reconnecting; others’ posts wait and will arrive',
  connected: 'it is connected, and not proven yet',
  verified: 'reachable',
  degraded: 'it is connected, but what comes from outside does not get through',
  blocked: 'it waits for you',
}

/** One line for people. */
export function tunnelSentence({ kind, state, reason, proof }: TunnelStatus): string {
  const proven = proof === null ? '' : `, proven ${proof.at}`
  return `tunnel (${kind}): ${SENTENCES[state]}${state === 'verified' ? proven : ''}${reason === null ? '' : `: ${reason}`}`
}

/** @returns ok when it is connected, else failure */
export async function showTunnel(options: CommonOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const { tunnel } = (await askHome(options, { kind: 'status' })) as ApplianceStatus
  return tell(io, tunnel)
}

/**
 * @param given  left out, or `-`: it is read from the input, as secrets always are
 * @returns ok once it is kept, however the tunnel does then
 * @throws HomebirdError USAGE for an unknown name or a secret as an argument, UNPROCESSABLE with what the home says for a bad
 *   value
 */
export async function setTunnel(
  name: string,
  given: string | undefined,
  options: CommonOptions,
): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const setting = settingNamed(name)
  const isSecret: boolean = 'secret' in TUNNEL_SETTINGS[setting]
  const value = await valueFromInput({ given, name: setting, command: 'tunnel set', isSecret })
  const changes = { [setting]: value === '' ? null : value }
  tell(io, (await askHome(options, { kind: 'tunnel_settings', changes })) as TunnelStatus | null)
  return ExitCode.ok
}

/** Closes the way in, as before a sleep. @returns ok when it is closed */
export async function suspendTunnel(options: CommonOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const status = await commandTunnel(options, { kind: 'suspend' })
  tell(io, status)
  return status?.state === 'off' ? ExitCode.ok : ExitCode.failure
}

/** Opens it again. @returns ok once it was told to; how it does then, `homebird tunnel` says */
export async function resumeTunnel(options: CommonOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const status = await commandTunnel(options, { kind: 'resume' })
  tell(io, status)
  return status === null ? ExitCode.failure : ExitCode.ok
}

async function commandTunnel(options: CommonOptions, command: TunnelCommand): Promise<TunnelStatus | null> {
  return (await askHome(options, { kind: 'tunnel', command })) as TunnelStatus | null
}

export async function nudgeTunnel(options: CommonOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  return tell(io, await commandTunnel(options, { kind: 'nudge', why: 'doctor' }))
}

function tell(io: CommandIo, status: TunnelStatus | null): ExitCode {
  io.put(status)
  if (status === null) {
    io.say('no tunnel is kept; choose one with: homebird tunnel set tunnel ssh')
    return ExitCode.failure
  }
  io.say(tunnelSentence(status))
  for (const { message } of status.findings) if (message !== status.reason) io.say(`  ${message}`)
  for (const [name, value] of Object.entries(status.facts)) io.say(`  ${name}: ${value}`)
  if (status.nextTryAt !== null) io.say(`  next try: ${status.nextTryAt}`)
  return status.state === 'verified' || status.state === 'connected' ? ExitCode.ok : ExitCode.failure
}

/** By its name or its variable. */
function settingNamed(name: string): keyof typeof TUNNEL_SETTINGS {
  const names = Object.keys(TUNNEL_SETTINGS) as (keyof typeof TUNNEL_SETTINGS)[]
  const found = names.find((known) => known === name || TUNNEL_SETTINGS[known].env === name)
  if (found !== undefined) return found
  throw new HomebirdError(
    'USAGE',
    `${JSON.stringify(name)} is no setting of the tunnel; there are ${Object.keys(TUNNEL_SETTINGS).join(', ')}`,
  )
}

/** @throws HomebirdError NOT_RUNNING, UNPROCESSABLE with why the home refuses */
export async function askHome(options: CommonOptions, question: ControlQuestion): Promise<unknown> {
  const dir = chosenDataDir(sourcesFrom(options))
  const socket = isDataDirLocked(dir) ? readLockHolder(dir)?.controlSocket : null
  if (socket === null || socket === undefined)
    throw new HomebirdError(
      'NOT_RUNNING',
      `the home in ${dir.path} does not run; start it with: homebird serve`,
    )
  return askControlSocket(socket, question)
}
