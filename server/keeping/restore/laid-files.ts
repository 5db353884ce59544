/** Lays what is no table of a backup into the folder of the home in the making: settings, secrets, media. */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { type FileHandle, copyFile, link, mkdir, open, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { syncFolder } from '../../core/atomic-file.ts'
import { dataDirAt } from '../../core/data-dir.ts'
import { HomebirdError, isHomebirdError } from '../../core/errors.ts'
import { openLocalMediaStore } from '../../storage/local-media-store.ts'
import { isContentKey } from '../../storage/media-store.ts'
import { type MediaLine, SECRETS_FOLDER, SETTINGS_ENTRY } from '../format/manifest.ts'
import { sha256OfMedium } from '../format/names.ts'
import { readSealedFile } from '../format/sealed-file.ts'
import type { OpenedBackup } from './open-backup.ts'

const SECRET_NAME = /^[\w.-]+(\/[\w.-]+)*$/
/** They belong to the machine that made them. @see backup/archive-entries */
const OF_A_MACHINE: ReadonlySet<string> = new Set(['seal.json', 'postgres-admin', 'postgres-home'])

interface LaidNeeds {
  readonly into: string
  /** Where media of this machine's home lie. */
  readonly mediaFolder: string
  readonly signal: AbortSignal
}

export class LaidFiles {
  readonly #needs: LaidNeeds
  readonly #list: FileHandle
  #beside = 0

  private constructor(needs: LaidNeeds, list: FileHandle) {
    this.#needs = needs
    this.#list = list
  }

  /** The folder is there. */
  static async open(needs: LaidNeeds): Promise<LaidFiles> {
    return new LaidFiles(needs, await open(listPath(needs.into), 'w', 0o600))
  }

  /** How many media are still to be brought. */
  get beside(): number {
    return this.#beside
  }

  async file(name: string, content: AsyncIterable<Buffer>): Promise<void> {
    const dir = dataDirAt(this.#needs.into)
    if (name === SETTINGS_ENTRY) return write(dir.applianceDatabase, content)
    const secret = name.slice(SECRETS_FOLDER.length)
    if (!SECRET_NAME.test(secret) || secret.split('/').includes('..'))
      throw new HomebirdError(
        'DOCUMENT_INVALID',
        `the backup has ${JSON.stringify(name)}, which is no name of a secret`,
      )
    if (OF_A_MACHINE.has(secret)) return drain(content)
    await write(join(dir.secrets, secret), content).catch((cause: unknown) => {
      if (!isOfName(cause)) throw cause
      throw new HomebirdError('DOCUMENT_INVALID', `the backup has ${name}, which cannot be laid`, { cause })
    })
  }

  /** One that lies inside. */
  async medium(key: string, content: AsyncIterable<Buffer>): Promise<void> {
    requireKey(key)
    await this.#keep(key, content)
  }

  /** One that lies beside is noted: it is brought when all else is there. */
  async listed(line: MediaLine): Promise<void> {
    requireKey(line.key)
    if (line.object === null) return
    await this.#list.write(`${JSON.stringify(line)}\n`)
    this.#beside += 1
  }

  /**
   * @param brought  called for each
   * @returns how many could not be had: no place has them, or they are damaged; the home lives without them
   */
  async bringBeside(backup: OpenedBackup, brought: () => void): Promise<number> {
    await this.#list.close()
    let missing = 0
    const lines = createInterface({ input: createReadStream(listPath(this.#needs.into)) })
    try {
      for await (const text of lines) {
        this.#needs.signal.throwIfAborted()
        const line = JSON.parse(text) as MediaLine
        if (!(await this.#takeFromHome(line)) && !(await this.#bring(backup, line))) missing += 1
        brought()
      }
    } finally {
      lines.close()
      await rm(listPath(this.#needs.into), { force: true })
    }
    return missing
  }

  /** Makes every folder durable. */
  sync(): void {
    const dir = dataDirAt(this.#needs.into)
    for (const folder of [dir.secrets, dir.path]) syncFolder(folder)
  }

  async close(): Promise<void> {
    await this.#list.close().catch(() => undefined) // it is closed where all went well
  }

  /** Media are named by their content: what this machine's home has under the name is the same, unless it was damaged. */
  async #takeFromHome({ key, bytes }: MediaLine): Promise<boolean> {
    const there = join(this.#needs.mediaFolder, key)
    const found = await stat(there).catch(() => null)
    if (found?.isFile() !== true || found.size !== bytes) return false
    // The home may be restored just because its disk damages what lies there.
    if ((await hashOf(there)) !== sha256OfMedium(key)) return false
    const here = join(dataDirAt(this.#needs.into).media, key)
    await mkdir(dirname(here), { recursive: true, mode: 0o700 })
    await rm(here, { force: true })
    // A link keeps it also when the home removes its own; another disk takes a copy.
    await link(there, here).catch(() => copyFile(there, here))
    return true
  }

  async #bring(backup: OpenedBackup, { key, object }: MediaLine): Promise<boolean> {
    if (object === null) return true
    try {
      const source = await backup.place.get(object, 0, this.#needs.signal)
      try {
        const file = await readSealedFile(source, 'medium', object)
        if (file.head.name !== object) return false
        await this.#keep(key, file.open(backup.key))
        return true
      } finally {
        source.destroy()
      }
    } catch (error) {
      const isLost = isHomebirdError(error, 'NOT_FOUND') || isHomebirdError(error, 'DOCUMENT_INVALID')
      if (isLost && !this.#needs.signal.aborted) return false
      throw error
    }
  }

  async #keep(key: string, content: AsyncIterable<Buffer>): Promise<void> {
    const { media } = dataDirAt(this.#needs.into)
    const written = await openLocalMediaStore({ folder: media }).write(content)
    if (written.sha256 === sha256OfMedium(key)) return written.keep(key)
    await written.discard()
    throw new HomebirdError('DOCUMENT_INVALID', `the medium ${key} has not the content that its name says`)
  }
}

/** Null for what cannot be read: then it comes from its place. */
async function hashOf(path: string): Promise<string | null> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash)
    return hash.digest('hex')
  } catch {
    return null
  }
}

const listPath = (into: string): string => join(into, 'media-beside.jsonl')

function requireKey(key: string): void {
  if (!isContentKey(key))
    throw new HomebirdError(
      'DOCUMENT_INVALID',
      `the backup has ${JSON.stringify(key)}, which is no name of a medium`,
    )
}

async function write(path: string, content: AsyncIterable<Buffer>): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await pipeline(Readable.from(content), createWriteStream(path, { mode: 0o600, flush: true }))
}

/** A folder and a file of one name, or a name that no disk takes. */
function isOfName(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return ['ENOTDIR', 'EISDIR', 'EEXIST', 'ENAMETOOLONG'].includes(code)
}

async function drain(content: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of content) void chunk
}
