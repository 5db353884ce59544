/** A zip file, read in place: its directory first, then any file of it. Links and locked files are passed over. */
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import yauzl from 'yauzl'
import { HomebirdError } from '../../core/errors.ts'
import { type Archive, type ArchiveLimits, ArchiveTally, cleanName, damaged } from './archive.ts'

const FILE_KIND = 0o170000
const PLAIN_FILE = 0o100000
const MADE_ON_UNIX = 3
/** What the directory may say of a file beside its name: all of it stays in memory as long as the archive is open. */
const MOST_REMARK_BYTES = 4_096

/** @throws HomebirdError DOCUMENT_INVALID */
export async function openZipArchive(path: string, limits: ArchiveLimits): Promise<Archive> {
  const zip = await openFile(path)
  try {
    const entries = await readEntries(zip, limits)
    return {
      files: new Map([...entries].map(([name, { uncompressedSize }]) => [name, uncompressedSize])),
      open: async (name) => openEntry(zip, entries.get(name), name),
      [Symbol.asyncDispose]: async () => {
        zip.close()
      },
    }
  } catch (error) {
    zip.close()
    throw error
  }
}

async function openFile(path: string): Promise<yauzl.ZipFile> {
  // Sizes are checked while a file is read: it never yields more than the directory says.
  const options: yauzl.Options = { lazyEntries: true, autoClose: false, validateEntrySizes: true }
  return new Promise((resolve, reject) => {
    yauzl.open(path, options, (error, zip) => {
      if (error === null) resolve(zip)
      else reject(damaged(error.message, error))
    })
  })
}

async function readEntries(zip: yauzl.ZipFile, limits: ArchiveLimits): Promise<Map<string, yauzl.Entry>> {
  const entries = new Map<string, yauzl.Entry>()
  const tally = new ArchiveTally(limits)
  return new Promise((resolve, reject) => {
    zip.on('error', (error: Error) => reject(damaged(error.message, error)))
    zip.on('end', () => resolve(entries))
    zip.on('entry', (entry: yauzl.Entry) => {
      try {
        if (isPlainFile(entry)) {
          const name = cleanName(entry.fileName)
          const remarkBytes = entry.extraFieldLength + entry.fileCommentLength
          if (remarkBytes > MOST_REMARK_BYTES) {
            throw damaged(`more than ${MOST_REMARK_BYTES} bytes are said of one file in it`)
          }
          tally.add(name, entry.uncompressedSize, remarkBytes)
          entries.set(name, entry)
        }
        zip.readEntry()
      } catch (error) {
        reject(error)
      }
    })
    zip.readEntry()
  })
}

function isPlainFile(entry: yauzl.Entry): boolean {
  if (entry.fileName.endsWith('/') || entry.isEncrypted()) return false
  if (entry.versionMadeBy >>> 8 !== MADE_ON_UNIX) return true
  const kind = (entry.externalFileAttributes >>> 16) & FILE_KIND
  return kind === 0 || kind === PLAIN_FILE
}

async function openEntry(
  zip: yauzl.ZipFile,
  entry: yauzl.Entry | undefined,
  name: string,
): Promise<Readable> {
  if (entry === undefined) throw new HomebirdError('NOT_FOUND', `the archive holds no ${name}`)
  try {
    const open = promisify<yauzl.Entry, Readable>(zip.openReadStream.bind(zip))
    return await open(entry)
  } catch (cause) {
    throw damaged(`${name} is damaged`, cause)
  }
}
