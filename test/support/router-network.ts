/**
 * A home behind a router, and the world before it, each in a network of its own on this machine: miniupnpd is the router. Where
 * such networks are not permitted, or it is not there, its tests are skipped and say so.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { until } from './until.ts'

const IP = '/usr/sbin/ip'
const NEEDED = ['/usr/sbin/miniupnpd', '/usr/sbin/nft', IP]
const HOME_CHILD = join(import.meta.dirname, 'children', 'direct-home.ts')
const STUN_CHILD = join(import.meta.dirname, 'children', 'stun-server.ts')
const LAN = '10.77.0'
const ROUTER = `${LAN}.1`
const HOME = `${LAN}.2`
const OTHER = `${LAN}.3`

/** False where it can be had, else why not. */
export function routerSkip(): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'networks of their own need Linux and root: nothing is shown of routers'
  const missing = NEEDED.find((path) => !existsSync(path))
  if (missing !== undefined) return `${missing} is not there: nothing is shown of routers`
  const name = `hb-try-${process.pid}`
  const folder = mkdtempSync(join(tmpdir(), 'hb-router-'))
  try {
    ip('netns', 'add', name)
    ip('-n', name, 'link', 'add', 'one', 'type', 'veth', 'peer', 'name', 'ext')
    makeRouter(name, folder)
    return false
  } catch {
    return 'no further network is permitted here: nothing is shown of routers'
  } finally {
    rmSync(folder, { recursive: true, force: true })
    forget(name)
  }
}

/** Packets are led on, in tables that miniupnpd fills. */
function makeRouter(space: string, folder: string): void {
  const tables = join(folder, 'tables.nft')
  writeFileSync(tables, TABLES)
  ip('netns', 'exec', space, '/bin/sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward')
  ip('netns', 'exec', space, 'nft', '-f', tables)
}

function forget(space: string): void {
  try {
    ip('netns', 'del', space)
  } catch {
    // It was not made.
  }
}

function ip(...words: readonly string[]): string {
  return execFileSync(IP, [...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** A line of `direct-home`. */
export type HomeLine = Readonly<Record<string, unknown>> & { readonly type: string }

export interface DirectHome {
  readonly lines: readonly HomeLine[]
  readonly output: string
  tell(line: 'nudge' | 'stop'): void
  /** The first line of this type after the first `from` lines. */
  until(type: string, from?: number): Promise<HomeLine>
  /** Without a word to the router. */
  kill(): Promise<void>
  ended(): Promise<void>
}

export interface RouterOptions {
  /** That the router has towards the world. */
  readonly external: string
  /** What it speaks, in miniupnpd's words; everything unless said otherwise. */
  readonly lines?: readonly string[]
}

let count = 0

export class RouterNetwork {
  readonly folder = mkdtempSync(join(tmpdir(), 'hb-router-'))
  readonly external: string
  readonly #name = `hb${process.pid % 100_000}x${(count += 1)}`
  readonly #children: ChildProcess[] = []
  readonly #lines: readonly string[]

  constructor({ external, lines = BOTH }: RouterOptions) {
    this.external = external
    this.#lines = lines
  }

  /** @returns the router's program */
  async open(): Promise<ChildProcess> {
    for (const where of ['home', 'router', 'world']) {
      ip('netns', 'add', this.#space(where))
      ip('-n', this.#space(where), 'link', 'set', 'lo', 'up')
    }
    this.#cable('home', HOME, 'lan', ROUTER)
    this.#cable('world', this.world, 'ext', this.external)
    ip('-n', this.#space('home'), 'addr', 'add', `${OTHER}/24`, 'dev', 'home')
    ip('-n', this.#space('home'), 'route', 'add', 'default', 'via', ROUTER, 'src', HOME)
    makeRouter(this.#space('router'), this.folder)
    return this.startRouter()
  }

  /** A neighbour of the router towards the world. */
  get world(): string {
    return this.external.replace(/\d+$/, '200')
  }

  async startRouter(): Promise<ChildProcess> {
    const config = join(this.folder, 'miniupnpd.conf')
    const pidFile = join(this.folder, 'miniupnpd.pid')
    writeFileSync(config, `${[...CONFIG, ...this.#lines].join('\n')}\n`)
    const child = this.#spawn('router', ['miniupnpd', '-d', '-f', config, '-P', pidFile])
    await until(
      'the router answers',
      () => this.#inside('router', 'ss', '-Hlun').includes(':1900') || child.exitCode !== null,
    )
    if (child.exitCode !== null) throw new Error('miniupnpd has ended')
    return child
  }

  home(settings: unknown, publicHost = 'home.example'): DirectHome {
    const words = [JSON.stringify(settings), publicHost, this.folder]
    const child = this.#spawn('home', [process.execPath, HOME_CHILD, ...words])
    const lines: HomeLine[] = []
    const seen = { output: '' }
    child.stderr?.on('data', (chunk: Buffer) => (seen.output += chunk.toString()))
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as HomeLine))
    return {
      lines,
      get output() {
        return seen.output
      },
      tell: (line) => void child.stdin?.write(`${line}\n`),
      until: async (type, from = 0) =>
        until(`${type} is told`, () => lines.slice(from).find((line) => line.type === type)),
      async kill() {
        const ended = once(child, 'exit')
        child.kill('SIGKILL')
        await ended
      },
      async ended() {
        if (child.exitCode === null) await once(child, 'exit')
      },
    }
  }

  /** What a stranger is told at a port of the router's public address; null when nothing answers there. */
  async ask(port: number): Promise<string | null> {
    const script = `const s = require('node:net').connect(${port}, '${this.external}')
      let told = ''
      s.setTimeout(2000, () => s.destroy())
      s.on('data', (d) => (told += d)).on('error', () => {}).on('close', () => process.stdout.write(told))`
    const child = this.#spawn('world', [process.execPath, '-e', script])
    let told = ''
    child.stdout?.on('data', (chunk: Buffer) => (told += chunk.toString()))
    await once(child, 'close')
    return told === '' ? null : told.trim()
  }

  /** Another machine of the home's network has this port of the router. */
  async occupy(port: number): Promise<void> {
    const script = `const s = require('node:dgram').createSocket('udp4')
      const wish = Buffer.from([0, 2, 0, 0, 0, 9, 0, 0, 0, 0, 14, 16])
      wish.writeUInt16BE(${port}, 6)
      s.once('message', () => s.close())
      s.bind(0, '${OTHER}', () => s.send(wish, 5351, '${ROUTER}'))`
    const child = this.#spawn('home', [process.execPath, '-e', script])
    await once(child, 'close')
  }

  /** The router hears nothing of its newest protocol any more, or of both that share a port. */
  muffle(what: 'PCP' | 'both'): void {
    const rule = `udp dport 5351 ${what === 'PCP' ? '@th,64,8 2 ' : ''}drop`
    const table = `table inet muffled {\n chain out {\n type filter hook output priority 0; ${rule}\n }\n}\n`
    writeFileSync(join(this.folder, 'muffled.nft'), table)
    this.#inside('home', 'nft', '-f', join(this.folder, 'muffled.nft'))
  }

  /** It starts anew, and has forgotten all that it was asked. */
  async restartRouter(router: ChildProcess): Promise<ChildProcess> {
    const ended = once(router, 'exit')
    router.kill('SIGKILL')
    await ended
    for (const chain of ['miniupnpd', 'prerouting_miniupnpd', 'postrouting_miniupnpd'])
      this.#inside('router', 'nft', 'flush', 'chain', 'inet', 'filter', chain)
    return this.startRouter()
  }

  /** Somebody in the world who tells which address he sees, and tells this one. */
  async openStun(told: string): Promise<void> {
    const child = this.#spawn('world', [process.execPath, STUN_CHILD, told])
    await once(child.stdout ?? child, 'data')
  }

  /** How the router leads ports now. */
  mappings(): string {
    return this.#inside('router', 'nft', 'list', 'ruleset')
  }

  async close(): Promise<void> {
    for (const child of this.#children) if (child.exitCode === null) child.kill('SIGKILL')
    for (const where of ['home', 'router', 'world']) forget(this.#space(where))
    rmSync(this.folder, { recursive: true, force: true })
  }

  #space(where: string): string {
    return `${this.#name}-${where}`
  }

  #cable(from: string, address: string, routerEnd: string, routerAddress: string): void {
    const [one, other] = [`${this.#name}${from[0]}`, `${this.#name}${routerEnd[0]}`]
    ip('link', 'add', one, 'type', 'veth', 'peer', 'name', other)
    ip('link', 'set', one, 'netns', this.#space(from), 'name', from)
    ip('link', 'set', other, 'netns', this.#space('router'), 'name', routerEnd)
    ip('-n', this.#space(from), 'addr', 'add', `${address}/24`, 'dev', from)
    ip('-n', this.#space('router'), 'addr', 'add', `${routerAddress}/24`, 'dev', routerEnd)
    ip('-n', this.#space(from), 'link', 'set', from, 'up')
    ip('-n', this.#space('router'), 'link', 'set', routerEnd, 'up')
  }

  #inside(where: string, ...words: readonly string[]): string {
    return ip('netns', 'exec', this.#space(where), ...words)
  }

  #spawn(where: string, words: readonly string[]): ChildProcess {
    const child = spawn(IP, ['netns', 'exec', this.#space(where), ...words], {
      stdio: 'pipe',
      // Nobody tells names there, and the system would ask for long.
      env: { ...process.env, RES_OPTIONS: 'attempts:1 timeout:1' },
    })
    this.#children.push(child)
    child.stdin?.on('error', () => undefined)
    return child
  }
}

const BOTH = ['enable_natpmp=yes', 'enable_upnp=yes']

const CONFIG = [
  'ext_ifname=ext',
  'listening_ip=lan',
  'port=0',
  'secure_mode=no',
  'system_uptime=yes',
  'uuid=a0eae23d-b37c-402b-b7f5-d8282e2cd2c4',
  'min_lifetime=1',
  'allow 1-65535 0.0.0.0/0 1-65535',
]

/** The chains that miniupnpd fills. */
const TABLES = `table inet filter {
  chain forward { type filter hook forward priority 0; policy accept; jump miniupnpd; }
  chain miniupnpd {}
  chain prerouting { type nat hook prerouting priority -100; jump prerouting_miniupnpd; }
  chain postrouting { type nat hook postrouting priority 100; jump postrouting_miniupnpd; oif "ext" masquerade; }
  chain prerouting_miniupnpd {}
  chain postrouting_miniupnpd {}
}
`
