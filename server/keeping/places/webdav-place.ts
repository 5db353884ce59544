/**
 * Backups on a server over WebDAV (Nextcloud and the like).
 * @see RFC 4918; RFC 4331 for the room that is left
 */
import { Readable } from 'node:stream'
import type { WebdavAddress } from '../../core/backup-places.ts'
import type { StorageExchange } from '../../net/storage-exchange.ts'
import type { BackupPlace, PlacedObject } from './backup-place.ts'
import { checkedName, notInPlace, placeFailed, placeIsFull } from './place-errors.ts'
import { skipping } from './skipping.ts'
import { WatchedSource } from './watched-source.ts'
import { type DavEntry, readMultistatus } from './webdav-answers.ts'

const TIMEOUT_MS = 60_000
const MOST_XML_BYTES = 32 * 1_048_576
/** No dot in front: some servers hide or refuse such names. */
const DRAFT = '.draft'
/** Longer than any writing pauses. */
const DRAFT_AGE_MS = 86_400_000
const WANTED = `<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/><getlastmodified/></prop></propfind>`
const ROOM = `<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><quota-available-bytes/></prop></propfind>`

interface DavCall {
  readonly method: 'GET' | 'PUT' | 'DELETE' | 'PROPFIND' | 'MKCOL' | 'MOVE'
  /** From the folder of the place; a folder ends with a slash. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | Readable
  readonly expected?: readonly number[]
  readonly signal?: AbortSignal
}

type DavAnswer = Awaited<ReturnType<StorageExchange['send']>>

export class WebdavPlace implements BackupPlace {
  readonly label: string
  readonly #root: URL
  readonly #login: Readonly<Record<string, string>>
  readonly #exchange: StorageExchange
  readonly #made = new Set<string>()
  readonly #tidied = new Set<string>()

  constructor(address: WebdavAddress, label: string, exchange: StorageExchange) {
    this.label = label
    this.#root = new URL(address.endpoint)
    this.#exchange = exchange
    const { credentials } = address
    this.#login =
      credentials === null
        ? {}
        : {
            authorization: `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`,
          }
  }

  async *list(prefix: string): AsyncGenerator<PlacedObject> {
    yield* this.#walk('', prefix)
  }

  async put(name: string, source: Readable, signal: AbortSignal): Promise<number> {
    const draft = `${checkedName(name)}${DRAFT}`
    const watched = new WatchedSource(source, signal)
    const body = Readable.from(watched.pieces(), { objectMode: false })
    try {
      signal.throwIfAborted()
      const folder = name.slice(0, name.lastIndexOf('/') + 1)
      await this.#makeFolder(folder)
      await this.#removeOldDrafts(folder)
      const headers = { 'content-type': 'application/octet-stream' }
      await this.#done({ method: 'PUT', path: draft, headers, body, signal })
      const destination = { destination: this.#address(name).href, overwrite: 'T' }
      await this.#done({ method: 'MOVE', path: draft, headers: destination, signal })
      return watched.size
    } catch (error) {
      body.destroy()
      await this.#done({ method: 'DELETE', path: draft, expected: [404] }).catch(() => undefined) // the first error tells
      throw watched.failed(this.label, error)
    } finally {
      watched.done()
    }
  }

  async get(name: string, from: number, signal: AbortSignal): Promise<Readable> {
    const headers: Record<string, string> = from === 0 ? {} : { range: `bytes=${from}-` }
    const call = { method: 'GET', path: checkedName(name), headers, expected: [404, 416], signal } as const
    const { status, body } = await this.#send(call)
    if (status === 206 || (status === 200 && from === 0)) return body
    if (status === 200) return skipping(body, from)
    body.on('error', () => undefined).resume()
    if (status === 416) return Readable.from([])
    throw notInPlace(this.label, name)
  }

  async remove(name: string): Promise<void> {
    await this.#done({ method: 'DELETE', path: checkedName(name), expected: [404] })
  }

  async free(): Promise<number | null> {
    await this.#makeFolder('')
    const [found] = await this.#ask('', '0', ROOM)
    return found?.freeBytes ?? null
  }

  async close(): Promise<void> {
    await this.#exchange.close()
  }

  async *#walk(folder: string, prefix: string): AsyncGenerator<PlacedObject> {
    for (const { name, entry } of await this.#entries(folder)) {
      if (entry.isFolder) {
        if (name.startsWith(prefix) || prefix.startsWith(name)) yield* this.#walk(name, prefix)
      } else if (name.startsWith(prefix) && !name.endsWith(DRAFT)) {
        yield { name, bytes: entry.bytes, modifiedAt: entry.modifiedAt }
      }
    }
  }

  async #entries(folder: string): Promise<{ readonly name: string; readonly entry: DavEntry }[]> {
    const here = plainPath(this.#address(folder).pathname)
    const found = await this.#ask(folder, '1', WANTED)
    return found
      .flatMap((entry) => {
        const path = plainPath(URL.parse(entry.href, this.#root.href)?.pathname ?? '').replace(/\/$/, '')
        const own = path.startsWith(here) ? path.slice(here.length) : ''
        // The folder itself stands there too; names that are none of ours are left alone.
        if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(own)) return []
        return [{ name: `${folder}${own}${entry.isFolder ? '/' : ''}`, entry }]
      })
      .sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  /** What a process that was killed has left: one that is being written is younger. */
  async #removeOldDrafts(folder: string): Promise<void> {
    if (this.#tidied.has(folder)) return
    this.#tidied.add(folder)
    const before = Date.now() - DRAFT_AGE_MS
    for (const { name, entry } of await this.#entries(folder)) {
      const at = entry.modifiedAt.getTime()
      // One without a date is left alone.
      if (entry.isFolder || !name.endsWith(DRAFT) || at === 0 || at > before) continue
      await this.#done({ method: 'DELETE', path: name, expected: [404] }).catch(() => undefined) // the next time does it
    }
  }

  async #ask(folder: string, depth: '0' | '1', wanted: string): Promise<DavEntry[]> {
    const headers = { depth, 'content-type': 'application/xml; charset=utf-8' }
    const body = Buffer.from(wanted)
    const answer = await this.#send({ method: 'PROPFIND', path: folder, headers, body, expected: [404] })
    if (answer.status === 404) {
      answer.body.on('error', () => undefined).resume()
      return [] // nothing was put there yet
    }
    try {
      return readMultistatus(await textOf(answer.body))
    } catch (error) {
      throw placeFailed(
        this.label,
        'it gave a listing that cannot be read; is the address one of WebDAV?',
        error,
      )
    }
  }

  /** Every folder on the way, from that of the place: one above it is the owner's to make, but for the last. */
  async #makeFolder(folder: string): Promise<void> {
    if (this.#made.has(folder)) return
    if (folder !== '') await this.#makeFolder(folder.replace(/[^/]+\/$/, ''))
    // 405: it is there. Some servers say so by a redirect or by 409 for their root.
    await this.#done({
      method: 'MKCOL',
      path: folder,
      expected: folder === '' ? [301, 403, 405, 409] : [405],
    })
    this.#made.add(folder)
  }

  async #done(call: DavCall): Promise<void> {
    const { body } = await this.#send(call)
    // Read to its end, so that the connection may be used again.
    body.on('error', () => undefined).resume()
  }

  async #send({ method, path, headers = {}, body, expected = [], signal }: DavCall): Promise<DavAnswer> {
    let answer: DavAnswer
    try {
      answer = await this.#exchange.send({
        method,
        url: this.#address(path),
        headers: { ...this.#login, ...headers },
        timeoutMs: TIMEOUT_MS,
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      })
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason
      throw placeFailed(
        this.label,
        `${this.#root.host} does not answer; look at its name, and whether it runs`,
        error,
      )
    }
    const { status } = answer
    if ((status >= 200 && status < 300) || expected.includes(status)) return answer
    answer.body.on('error', () => undefined).resume()
    if (status === 507) throw placeIsFull(this.label)
    throw placeFailed(this.label, reasonFor(status, answer.headers['location']))
  }

  #address(path: string): URL {
    return new URL(path, this.#root)
  }
}

function reasonFor(status: number, location: string | undefined): string {
  if (status === 401) return 'it does not let this account in; look at the name and the password'
  if (status === 403) return 'the account may not write there; change its rights or the folder'
  if (status === 404 || status === 409) return 'the folder is not there; make it, or look at the address'
  if (status === 405 || status === 501) return `it answered ${status}: that address is none of WebDAV`
  if (status === 413) return 'it takes no file of this size; raise its limit, or choose another place'
  if (status >= 300 && status < 400)
    return `it sends on to ${location ?? 'another address'}; give that address`
  return `it answered ${status}`
}

/** Each server escapes more or less in its listing than the address does, such as an `@`. */
function plainPath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path // a lone percent sign: it is compared as it is
  }
}

async function textOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MOST_XML_BYTES) throw new Error(`it is longer than ${MOST_XML_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
