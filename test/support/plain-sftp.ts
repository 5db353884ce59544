/**
 * A server over SFTP that knows the least there is: no extensions, no permissions in what it lists, no renaming over a file
 * that is there. It keeps everything in memory, lets one account in, and refuses what it is told to.
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { posix } from 'node:path'
import type { TestContext } from 'node:test'
import ssh, { type SFTPWrapper } from 'ssh2'
import { fingerprintOf } from '../../server/core/ssh-fingerprint.ts'
import { makeSftpKey } from '../../server/keeping/places/sftp-session.ts'

const { STATUS_CODE } = ssh.utils.sftp

export interface PlainSftp {
  readonly port: number
  readonly hostKey: string
  /** A draft is not given this name the next time. */
  refusesTo(path: string): void
  files(): string[]
}

export async function openPlainSftp(t: TestContext): Promise<PlainSftp> {
  const key = makeSftpKey()
  const parsed = ssh.utils.parseKey(key.publicKey)
  if (parsed instanceof Error) throw parsed
  const tree = new Tree()
  const server = new ssh.Server({ hostKeys: [key.privateKey] }, (client) => {
    client.on('error', () => undefined)
    client.on('authentication', (asked) => {
      if (asked.method === 'password' && asked.password === 'sesame') asked.accept()
      else asked.reject(['password'])
    })
    client.on('session', (accept) => {
      accept().on('sftp', (admit) => tree.serve(admit()))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return {
    port: (server.address() as AddressInfo).port,
    hostKey: fingerprintOf(parsed.getPublicSSH()),
    refusesTo: (path) => void (tree.refused = path),
    files: () => [...tree.files.keys()].toSorted(),
  }
}

class Tree {
  readonly files = new Map<string, Buffer>()
  readonly #folders = new Set(['/'])
  readonly #handles = new Map<number, { readonly path: string; isListed: boolean }>()
  #next = 0
  refused = ''

  serve(sftp: SFTPWrapper): void {
    const say = (id: number, code: number): void => {
      sftp.status(id, code)
    }
    const handle = (id: number, path: string): void => {
      this.#next += 1
      this.#handles.set(this.#next, { path, isListed: false })
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(this.#next)
      sftp.handle(id, bytes)
    }
    const opened = (bytes: Buffer) => this.#handles.get(bytes.readUInt32BE()) ?? { path: '', isListed: true }
    sftp.on('OPEN', (id, path, flags) => {
      if ((flags & ssh.utils.sftp.OPEN_MODE.WRITE) !== 0) this.files.set(path, Buffer.alloc(0))
      if (this.files.has(path)) handle(id, path)
      else say(id, STATUS_CODE.NO_SUCH_FILE)
    })
    sftp.on('WRITE', (id, bytes, offset, data) => {
      const { path } = opened(bytes)
      const before = this.files.get(path) ?? Buffer.alloc(0)
      const now = Buffer.alloc(Math.max(before.length, offset + data.length))
      before.copy(now)
      data.copy(now, offset)
      this.files.set(path, now)
      say(id, STATUS_CODE.OK)
    })
    sftp.on('READ', (id, bytes, offset, length) => {
      const data = this.files.get(opened(bytes).path)?.subarray(offset, offset + length) ?? Buffer.alloc(0)
      if (data.length === 0) say(id, STATUS_CODE.EOF)
      else sftp.data(id, data)
    })
    sftp.on('CLOSE', (id) => say(id, STATUS_CODE.OK))
    sftp.on('OPENDIR', (id, named) => {
      const path = named.replace(/(?<=.)\/$/, '')
      if (this.#folders.has(path)) handle(id, path)
      else say(id, STATUS_CODE.NO_SUCH_FILE)
    })
    sftp.on('READDIR', (id, bytes) => {
      const folder = opened(bytes)
      if (folder.isListed) return say(id, STATUS_CODE.EOF)
      folder.isListed = true
      sftp.name(id, this.#entriesOf(folder.path))
    })
    const stat = (id: number, path: string): void => {
      const size = this.files.get(path)?.length ?? (this.#folders.has(path) ? 0 : null)
      if (size === null) say(id, STATUS_CODE.NO_SUCH_FILE)
      else sftp.attrs(id, { size } as never)
    }
    sftp.on('STAT', stat)
    sftp.on('LSTAT', stat)
    sftp.on('MKDIR', (id, path) => {
      this.#folders.add(path)
      say(id, STATUS_CODE.OK)
    })
    sftp.on('REMOVE', (id, path) =>
      say(id, this.files.delete(path) ? STATUS_CODE.OK : STATUS_CODE.NO_SUCH_FILE),
    )
    sftp.on('RENAME', (id, from, to) => {
      const content = this.files.get(from)
      const isRefused = posix.basename(from).startsWith('.draft-') && to === this.refused
      if (content === undefined || this.files.has(to) || isRefused) return say(id, STATUS_CODE.FAILURE)
      this.files.delete(from)
      this.files.set(to, content)
      say(id, STATUS_CODE.OK)
    })
  }

  #entriesOf(folder: string) {
    const files = [...this.files].map(([path, { length }]) => ({ path, size: length, mark: '-' }))
    const folders = [...this.#folders].map((path) => ({ path, size: 0, mark: 'd' }))
    return [...files, ...folders]
      .filter(({ path }) => path !== '/' && posix.dirname(path) === folder)
      .map(({ path, size, mark }) => ({
        filename: posix.basename(path),
        longname: `${mark}rw------- 1 ana ana ${size} Nov 30 03:00 ${posix.basename(path)}`,
        attrs: { size } as never,
      }))
  }
}
