/**
 * This machine as a server of its own: a mount namespace in which what a script writes into /etc, /run and /var is seen
 * by nobody else and is gone with it.
 */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:net'
import { findProgram } from './edge-process.ts'
import { freePort } from './free-port.ts'
import { until } from './until.ts'

const MOUNTS = `set -eu
mount -t tmpfs tmpfs "$GROUND"
for place in etc var/lib var/cache; do
  upper=$GROUND/$place/upper
  work=$GROUND/$place/work
  mkdir -p "$upper" "$work"
  mount -t overlay overlay -o "lowerdir=/$place,upperdir=$upper,workdir=$work" "/$place"
done
mount -t tmpfs -o mode=755 tmpfs /run
`

/** Null where such a place can be had; else the line to skip with. */
export const NO_SERVER_GROUND = whyNoGround()

function whyNoGround(): string | null {
  if (process.getuid?.() !== 0) return 'skipped: only root may run the script of a server'
  if (findProgram('unshare') === null) return 'skipped: unshare is not installed'
  const ground = mkdtempSync(join(tmpdir(), 'hb-ground-'))
  try {
    const { status } = spawnSync('unshare', ['-m', 'sh', '-c', MOUNTS], {
      env: { ...process.env, GROUND: ground },
    })
    return status === 0 ? null : 'skipped: mount namespaces with overlays are not permitted here'
  } finally {
    rmSync(ground, { recursive: true, force: true })
  }
}

export interface Ran {
  readonly code: number
  readonly out: string
}

/** Runs shell text in a place of its own, and forgets the place. */
export async function runOnServer(text: string, files: Readonly<Record<string, string>>): Promise<Ran> {
  const { ground, args, env } = prepare(text, files)
  try {
    return await new Promise((resolve) => {
      execFile('unshare', args, { env, maxBuffer: 10_000_000 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), out: `${stdout}${stderr}` })
      })
    })
  } finally {
    rmSync(ground, { recursive: true, force: true })
  }
}

export interface ServerGround extends AsyncDisposable {
  readonly port: number
  /** A path as the server has it, for this process. */
  inside(path: string): string
  /** What sshd has said so far. */
  said(): string
}

/** Runs shell text, then an sshd in the same place with what is configured there by then. */
export async function openServer(
  text: string,
  files: Readonly<Record<string, string>>,
): Promise<ServerGround> {
  const port = await freePort()
  const sshd = findProgram('sshd') ?? 'sshd'
  const serve = `exec ${sshd} -D -e -p ${port} -o ListenAddress=127.0.0.1 -o UsePAM=no -o LogLevel=VERBOSE`
  const { ground, args, env } = prepare(`${text}\nmkdir -p /run/sshd\n${serve}\n`, files)
  const child: ChildProcess = spawn('unshare', args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (bytes: Buffer) => (printed = `${printed}${bytes.toString()}`.slice(-20_000)))
  const ended = once(child, 'exit')
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await ended
    rmSync(ground, { recursive: true, force: true })
  }
  try {
    await until('sshd to listen', async () => {
      if (child.exitCode !== null) throw new Error(`it has ended: ${printed}`)
      return greets(port)
    })
  } catch (error) {
    await close()
    throw error
  }
  return {
    port,
    inside: (path) => `/proc/${child.pid ?? 0}/root${path}`,
    said: () => printed,
    [Symbol.asyncDispose]: close,
  }
}

function prepare(text: string, files: Readonly<Record<string, string>>) {
  const ground = mkdtempSync(join(tmpdir(), 'hb-ground-'))
  // Beside the place that is mounted over, so that it is still seen.
  const folder = `${ground}-files`
  const place = mkdtempSync(folder)
  for (const [name, content] of Object.entries(files)) writeFileSync(join(place, name), content)
  const whole = `${MOUNTS}\ncp -r "$FILES" "$GROUND/files"\nrm -rf "$FILES"\ncd "$GROUND/files"\n${text}`
  const env = { ...process.env, GROUND: ground, FILES: place }
  return { ground, args: ['-m', 'sh', '-c', whole], env }
}

async function greets(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port })
  const { promise, resolve } = Promise.withResolvers<boolean>()
  socket.once('data', () => resolve(true))
  socket.once('error', () => resolve(false))
  socket.once('close', () => resolve(false))
  const isThere = await promise
  socket.destroy()
  return isThere
}
