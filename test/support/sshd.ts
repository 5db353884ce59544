/** A real OpenSSH server of one test: its own process in its own folder, with one account, that of this process. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { childrenOf } from '../../server/appliance/process-memory.ts'
import { commandIn } from './command-in.ts'
import { findProgram } from './find-program.ts'
import { freePort } from './free-port.ts'
import { until } from './until.ts'

/** Null where it is installed; else the line to skip with. */
export const NO_SSHD =
  findProgram('sshd') === null || findProgram('ssh-keygen') === null
    ? 'skipped: sshd or ssh-keygen is not installed'
    : null

export interface Sshd extends AsyncDisposable {
  readonly port: number
  readonly user: string
  /** `SHA256:…` as ssh-keygen shows it. */
  readonly hostKey: string
  /** A short folder in which sockets may be made. */
  readonly folder: string
  /** Lets these keys in, and no other. */
  admit(...publicKeys: readonly string[]): Promise<void>
  /** Ends every session at once, as when the line is cut. */
  cutSessions(): void
  /** Stands still, or goes on: nothing answers meanwhile. */
  freeze(isFrozen: boolean): void
  stop(): Promise<void>
  start(): Promise<void>
}

export interface SshdPlace {
  /** Command that it is run by, such as one that changes the network first. */
  readonly within?: readonly string[]
  readonly address?: string
  /** It offers SFTP in place of ways through. */
  readonly isForFiles?: boolean
}

export async function openSshd({
  within = [],
  address = '127.0.0.1',
  isForFiles = false,
}: SshdPlace = {}): Promise<Sshd> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-sshd-'))
  const keyFile = join(folder, 'host_key')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile])
  const shown = execFileSync('ssh-keygen', ['-lf', `${keyFile}.pub`]).toString('utf8')
  const port = await freePort()
  const keys = join(folder, 'authorized_keys')
  await writeFile(keys, '', { mode: 0o600 })
  const settings = configuration(folder, keys, address, port)
  const files = 'Subsystem sftp internal-sftp\nForceCommand internal-sftp'
  await writeFile(
    join(folder, 'sshd_config'),
    isForFiles ? settings.replace('ForceCommand /bin/false', files) : settings,
  )
  // sshd asks for it, whatever its configuration says.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 })
  await chmod(folder, 0o755)
  const start = async (): Promise<ChildProcess> => run(folder, within, port)
  let child = await start()
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    signalAll(child, 'SIGKILL')
    await ended
  }
  return {
    port,
    user: userInfo().username,
    hostKey: /SHA256:\S+/.exec(shown)?.[0] ?? '',
    folder,
    admit: async (...publicKeys) => {
      const lines = publicKeys.map((key) => `restrict,port-forwarding ${key}\n`)
      await writeFile(keys, lines.join(''), { mode: 0o600 })
    },
    cutSessions() {
      for (const pid of descendants(child.pid ?? 0)) signal(pid, 'SIGKILL')
    },
    freeze(isFrozen) {
      signalAll(child, isFrozen ? 'SIGSTOP' : 'SIGCONT')
    },
    stop,
    async start() {
      child = await start()
    },
    async [Symbol.asyncDispose]() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function configuration(folder: string, keys: string, address: string, port: number): string {
  return `Port ${port}
ListenAddress ${address}
HostKey ${join(folder, 'host_key')}
PidFile ${join(folder, 'sshd.pid')}
AuthorizedKeysFile ${keys}
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AllowTcpForwarding yes
PermitListen none
AllowStreamLocalForwarding remote
StreamLocalBindUnlink yes
StreamLocalBindMask 0117
PermitTTY no
ForceCommand /bin/false
ClientAliveInterval 15
ClientAliveCountMax 3
MaxStartups 100
LogLevel VERBOSE
`
}

async function run(folder: string, within: readonly string[], port: number): Promise<ChildProcess> {
  const sshd = findProgram('sshd') ?? 'sshd'
  const { program, args } = commandIn(within, sshd, ['-D', '-e', '-f', join(folder, 'sshd_config')])
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let printed = ''
  child.stderr.on('data', (chunk: Buffer) => {
    printed = `${printed}${chunk.toString()}`.slice(-4_000)
  })
  await until('sshd to listen', async () => {
    if (child.exitCode !== null) throw new Error(`sshd has ended: ${printed}`)
    return within.length === 0 ? reaches(port) : printed.includes('Server listening on')
  })
  return child
}

async function reaches(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port })
  const { promise, resolve } = Promise.withResolvers<boolean>()
  socket.once('data', () => resolve(true)) // its greeting
  socket.once('error', () => resolve(false))
  socket.once('close', () => resolve(false))
  const isThere = await promise
  socket.destroy()
  return isThere
}

function signalAll(child: ChildProcess, name: NodeJS.Signals): void {
  const { pid } = child
  if (pid === undefined) return
  for (const one of [pid, ...descendants(pid)]) signal(one, name)
}

/** A session may end between being listed and being told. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

function descendants(pid: number): number[] {
  const children = childrenOf(pid) ?? []
  return children.concat(children.flatMap(descendants))
}
