/** Clients that Debian packages, driven as their users do: the library Mastodon.py, and the command line client toot. */
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { promisify } from 'node:util'
import { closeBeforeCluster } from './test-database.ts'

const PYTHON = '/usr/bin/python3'
const TOOT = '/usr/bin/toot'
const SUPPORT = join(import.meta.dirname, 'python')
const SCRIPT = join(SUPPORT, 'mastodon_library.py')

/** Says why a test is skipped, or false where it runs. */
export const LACKS_MASTODON_PY: string | false = existsSync(
  '/usr/lib/python3/dist-packages/mastodon/__init__.py',
)
  ? false
  : 'python3-mastodon is not installed'
export const LACKS_TOOT: string | false = existsSync(TOOT) ? false : 'toot is not installed'

/** How a client finds a home that the name service does not know. */
export interface WayToHome {
  readonly host: string
  /** `127.0.0.1:<port>`, where TLS is spoken for the host. */
  readonly address: string
  /** The authority that vouches for it. */
  readonly caFile: string
}

const environment = ({ host, address, caFile }: WayToHome): NodeJS.ProcessEnv => ({
  PATH: '/usr/bin:/bin',
  PYTHONPATH: SUPPORT,
  HOMEBIRD_TEST_DIAL: `${host}=${address}`,
  REQUESTS_CA_BUNDLE: caFile,
  PYTHONDONTWRITEBYTECODE: '1',
})

interface LibraryAnswer {
  readonly result?: unknown
  readonly error?: string
}

/** The library in a process of its own; calls are answered in order. */
export class MastodonPy {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #waiting: ((answer: LibraryAnswer) => void)[] = []
  #errors = ''

  constructor(way: WayToHome) {
    this.#child = spawn(PYTHON, [SCRIPT], { env: environment(way), stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString()).slice(-4_000)
    })
    createInterface({ input: this.#child.stdout }).on('line', (line) =>
      this.#waiting.shift()?.(JSON.parse(line) as LibraryAnswer),
    )
    const ended = once(this.#child, 'exit')
    void ended.then(() => {
      for (const tell of this.#waiting.splice(0)) tell({ error: `the library ended: ${this.#errors}` })
    })
    closeBeforeCluster(async () => {
      this.#child.kill('SIGKILL')
      await ended
    })
  }

  /** @throws what the library raised */
  async call<T>(name: string, args: readonly unknown[] = [], named: object = {}): Promise<T> {
    const told = new Promise<LibraryAnswer>((resolve) => this.#waiting.push(resolve))
    this.#child.stdin.write(`${JSON.stringify({ call: name, args, named })}\n`)
    const { result, error } = await told
    if (error !== undefined) throw new Error(`${name}: ${error}`)
    return result as T
  }
}

/** The command line client with a settings folder of its own. */
export class Toot {
  readonly #folder: string
  readonly #way: WayToHome

  private constructor(folder: string, way: WayToHome) {
    this.#folder = folder
    this.#way = way
  }

  static async open(way: WayToHome): Promise<Toot> {
    const folder = await mkdtemp(join(tmpdir(), 'hb-toot-'))
    closeBeforeCluster(async () => rm(folder, { recursive: true, force: true }))
    return new Toot(folder, way)
  }

  get #environment(): NodeJS.ProcessEnv {
    return { ...environment(this.#way), HOME: this.#folder, XDG_CONFIG_HOME: this.#folder }
  }

  /** @returns standard output without colours. @throws with standard error when the command fails */
  async run(...args: readonly string[]): Promise<string> {
    const { stdout, stderr } = await promisify(execFile)(TOOT, [...args, '--no-color'], {
      env: this.#environment,
      timeout: 120_000,
    })
    if (stderr.trim() !== '') throw new Error(`toot ${args.join(' ')}: ${stderr}`)
    return stdout
  }

  /** @param consent  gives the code that the owner's browser shows for an address */
  async signIn(consent: (address: string) => Promise<string>): Promise<void> {
    const child = spawn(TOOT, ['login', '-i', this.#way.host, '--no-color'], {
      env: this.#environment,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const ended = once(child, 'exit')
    let output = ''
    let isAsked = false
    const onText = (chunk: Buffer): void => {
      output += chunk.toString()
      // Whole only when what comes after it is there.
      const address = /https?:\/\/\S+\/oauth\/authorize\S*(?=\s)/.exec(output)?.[0]
      if (isAsked || address === undefined || !/open link in default browser/i.test(output)) return
      isAsked = true
      child.stdin.write('n\n')
      void consent(address).then((code) => child.stdin.write(`${code}\n`))
    }
    child.stdout.on('data', onText)
    child.stderr.on('data', onText)
    const [code] = (await ended) as [number]
    if (code !== 0) throw new Error(`toot login ended with ${code}: ${output}`)
  }
}
