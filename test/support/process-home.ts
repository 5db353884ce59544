/**
 * A whole home as its owner runs it: `homebird serve` as a child process with a data directory of its own, driven
 * from outside. Nothing of the server is imported; what the tests know, they know over HTTP and the command line.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { commandIn } from './command-in.ts'
import { type PlainAnswer, type PlainRequest, askListener } from './http-client.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const CLI = join(ROOT, 'server', 'cli.ts')
/** Where `npm start` keeps compiled code too. */
const CODE_CACHE = join(ROOT, '.cache', 'code')

export interface ProcessHomeOptions {
  /** The domain of the handle; null for a home that is only on this computer. */
  readonly domain: string | null
  /** Set up with this handle; null leaves the home without owner. */
  readonly handle: string | null
  readonly password?: string
  /** Kept when given, else made and removed. */
  readonly dataDir?: string
  readonly env?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  /** Command that it is run by, such as one that changes the network first. */
  readonly within?: readonly string[]
  /** The command line of another program than the sources of this checkout. */
  readonly cli?: string
}

/** A line of `serve --json`. */
export type HomeEvent = Readonly<Record<string, unknown>> & { readonly kind: string }

export class ProcessHome implements AsyncDisposable {
  readonly dataDir: string
  readonly domain: string | null
  readonly password: string
  readonly events: HomeEvent[] = []
  /** Everything it printed that is no event, for the message of a failed test. */
  output = ''
  publicPort = 0
  privatePort = 0
  /** Address with the key that works once. */
  startAddress = ''
  #child: ChildProcess | null = null
  #exit: Promise<number | null> = Promise.resolve(null)
  readonly #options: ProcessHomeOptions
  readonly #removesDataDir: boolean

  constructor(options: ProcessHomeOptions, dataDir: string) {
    this.#options = options
    this.dataDir = dataDir
    this.domain = options.domain
    this.password = options.password ?? 'a long enough password'
    this.#removesDataDir = options.dataDir === undefined
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  /** Boots, or boots again after an end; resolves when the home says it is ready. */
  async start(): Promise<void> {
    const { domain, handle, env = {}, args = [], within = [], cli = CLI } = this.#options
    const passwordFile = join(this.dataDir, '..', `${this.dataDir.split('/').at(-1)}.password`)
    await writeFile(passwordFile, this.password, { mode: 0o600 })
    const { program, args: words } = commandIn(within, process.execPath, [
      cli,
      'serve',
      '--json',
      '--data-dir',
      this.dataDir,
      ...(domain === null ? [] : ['--domain', domain]),
      ...(handle === null ? [] : ['--handle', handle, '--password-file', passwordFile]),
      ...args,
    ])
    const child = spawn(program, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: process.env['HOME'] ?? '',
        NODE_COMPILE_CACHE: CODE_CACHE,
        HOMEBIRD_PORT: String(this.publicPort),
        HOMEBIRD_PRIVATE_LISTEN: `127.0.0.1:${this.privatePort}`,
        ...env,
      },
    })
    this.#child = child
    this.#exit = once(child, 'exit').then(([code]) => code as number | null)
    await this.#readUntilReady(child)
    await rm(passwordFile, { force: true })
  }

  async #readUntilReady(child: ChildProcess): Promise<void> {
    const { stdout, stderr } = child
    if (stdout === null || stderr === null) throw new Error('the child has no output')
    stderr.on('data', (chunk: Buffer) => {
      this.output = (this.output + chunk.toString()).slice(-20_000)
    })
    const ready = Promise.withResolvers<void>()
    createInterface({ input: stdout }).on('line', (line) => {
      const event = this.#event(line)
      if (event?.kind === 'ready') ready.resolve()
    })
    const ended = this.#exit.then((code) => {
      throw new Error(`homebird serve ended with ${code} before it was ready:\n${this.output}`)
    })
    await Promise.race([ready.promise, ended])
    // From here on an end is expected or found by whoever waits for it.
    ended.catch(() => undefined)
  }

  #event(line: string): HomeEvent | null {
    if (!line.startsWith('{')) {
      this.output = `${this.output}${line}\n`.slice(-20_000)
      return null
    }
    const event = JSON.parse(line) as HomeEvent
    if (this.events.push(event) > 5_000) this.events.shift()
    if (event['kind'] !== 'ready') this.output = `${this.output}${line}\n`.slice(-20_000)
    else this.#takeAddresses(event)
    return event
  }

  #takeAddresses(event: HomeEvent): void {
    this.publicPort = Number(/:(\d+)\/?$/.exec(String(event['publicAddress']))?.[1] ?? 0)
    this.privatePort = Number(/:(\d+)\/?$/.exec(String(event['privateAddress']))?.[1] ?? 0)
    this.startAddress = String(event['startAddress'])
  }

  /** Asks the public listener, as a proxy would that keeps the Host. */
  async ask(path: string, request: PlainRequest = {}): Promise<PlainAnswer> {
    return askListener(this.publicPort, this.domain ?? `127.0.0.1:${this.publicPort}`, path, request)
  }

  /** `homebird <words>` on this data directory. */
  async command(
    ...words: readonly string[]
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    return runCommand([...words, '--data-dir', this.dataDir], this.#options.env)
  }

  /** The same, with something in its input. */
  async commandGiven(
    input: string,
    ...words: readonly string[]
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    return runCommand([...words, '--data-dir', this.dataDir], this.#options.env, input)
  }

  async stop(): Promise<number | null> {
    this.#child?.kill('SIGTERM')
    return this.#exit
  }

  /** Ends the supervisor without warning. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL')
    await this.#exit
  }

  async close(): Promise<void> {
    await this.stop()
    if (this.#removesDataDir) await rm(this.dataDir, { recursive: true, force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** Makes a folder and starts a home in it; stop it with `close`. */
export async function startProcessHome(options: ProcessHomeOptions): Promise<ProcessHome> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'hb-home-')))
  const home = new ProcessHome(options, dataDir)
  try {
    await home.start()
  } catch (error) {
    await home.close()
    throw error
  }
  return home
}

/** Runs the command line once to its end. */
export async function runCommand(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [CLI, ...words], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      NODE_COMPILE_CACHE: CODE_CACHE,
      ...env,
    },
  })
  // One that reads nothing may end before it was given.
  child.stdin.on('error', () => undefined).end(input)
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...output }
}
