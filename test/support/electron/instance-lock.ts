/** Electron's single-instance lock between real processes: whoever listens at the folder's socket holds it. */
import { mkdirSync, rmSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { type Server, createServer } from 'node:net'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

interface HandedOver {
  readonly argv: string[]
  readonly folder: string
  readonly data: object
}

interface Taking {
  readonly handedOver: HandedOver
  readonly received: (handedOver: HandedOver) => void
}

/** Electron's call answers at once, so the asking is done by a process that is waited for. */
const ASK = `
  const socket = require('node:net').createConnection(process.argv[1])
  socket.on('error', () => process.exit(1))
  socket.on('connect', () => socket.end(process.argv[2], () => process.exit(0)))
`

export class InstanceLock {
  #server: Server | null = null

  get isHeld(): boolean {
    return this.#server !== null
  }

  take(folder: string, { handedOver, received }: Taking): boolean {
    if (this.#server !== null) return true
    mkdirSync(folder, { recursive: true })
    const socket = socketOf(folder)
    const asked = spawnSync(process.execPath, ['-e', ASK, socket, JSON.stringify(handedOver)], {
      timeout: 10_000,
    })
    if (asked.status === 0) return false
    rmSync(socket, { force: true })
    this.#server = createServer((line) => {
      text(line)
        .then((said) => received(JSON.parse(said) as HandedOver))
        .catch(() => line.destroy()) // it hung up before it had said anything
    })
    this.#server.listen(socket)
    this.#server.unref()
    return true
  }

  release(): void {
    this.#server?.close()
    this.#server = null
  }
}

/** Short, wherever the folder lies. */
function socketOf(folder: string): string {
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16)
  return join(tmpdir(), `hb-instance-${name}.sock`)
}
