/** A real server of the S3 kind on loopback, with a bucket; it can be killed and started again with what it holds. */
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { type ChildProcess, spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { closeBeforeCluster } from './test-database.ts'

const KEY = 'S3RVER'

export class S3Server {
  readonly folder = mkdtempSync(join(tmpdir(), 'homebird-s3-server-'))
  readonly bucket = 'pictures'
  readonly port: number
  #child: ChildProcess | null = null

  constructor(port: number) {
    this.port = port
  }

  /** As a setting. */
  backend({ secret = KEY, key = KEY, bucket = this.bucket, prefix = 'ana' } = {}): string {
    return `s3://${key}:${secret}@127.0.0.1:${this.port}/${bucket}/${prefix}?insecure`
  }

  /** Of the files that hold what lies under keys that begin so, below the prefix; in no order. */
  async names(start: string, prefix = 'ana'): Promise<string[]> {
    const names = await readdir(this.folder, { recursive: true })
    return names.filter((name) => name.includes(`/${prefix}/${start}`) && !name.endsWith('.json'))
  }

  async start(): Promise<void> {
    const cli = join(dirname(fileURLToPath(import.meta.resolve('@20minutes/s3rver'))), 'cli.js')
    const start = `require(${JSON.stringify(cli)}).parseAsync(process.argv)`
    const args = ['-d', this.folder, '-a', '127.0.0.1', '-p', String(this.port), '--silent']
    // It writes the places in its lists with DES.
    const flags = ['--openssl-legacy-provider', '-e', start, 's3']
    const child = spawn(process.execPath, [...flags, ...args, '--configure-bucket', this.bucket], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#child = child
    // It says where it listens.
    await once(child.stdout, 'data')
  }

  async kill(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child === null || child.exitCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}

export async function startS3Server(): Promise<S3Server> {
  const server = new S3Server(await freePort())
  closeBeforeCluster(async () => {
    await server.kill()
    await rm(server.folder, { recursive: true, force: true })
  })
  await server.start()
  return server
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
