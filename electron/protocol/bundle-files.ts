/**
 * A folder of pages on disk, answered without the home: the files that stand in it and no others, each
 * under the one spelling of its name, so that no spelling of a path leads out of the folder.
 * @see security rule 89
 */
import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { extname, join } from 'node:path'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

/** Their names hold a hash of what is in them. */
const FOR_EVER = 'public, max-age=31536000, immutable'
const ASK_AGAIN = 'no-cache'

export interface BundleFile {
  readonly bytes: Buffer
  readonly type: string
  readonly etag: string
  readonly cacheControl: string
}

export interface BundleFiles {
  /** @param pathname  exactly as the URL parser gives it. @returns null for what is no file of the folder */
  find(pathname: string): Promise<BundleFile | null>
}

interface OpenFolder {
  readonly folder: string
  /** Files of this folder have hashed names. */
  readonly hashedFolder: string | null
}

/** Names that stand in an address as they are: all others are left out. */
const PLAIN_NAME = /^[\w-][\w.-]*$/

/** A folder that is not there is an empty one: nothing is found in it. */
export function openBundleFiles({ folder, hashedFolder }: OpenFolder): BundleFiles {
  let names = listFiles(folder, '')
  const isThere = async (pathname: string): Promise<boolean> => {
    if ((await names).has(pathname)) return true
    // A window that was built anew meanwhile has files of other names.
    names = listFiles(folder, '')
    return (await names).has(pathname)
  }
  const kept = new Map<string, BundleFile>()
  return {
    async find(pathname) {
      const known = kept.get(pathname)
      if (known !== undefined) return known
      const type = TYPES[extname(pathname)]
      if (type === undefined || !(await isThere(pathname))) return null
      const isHashed = hashedFolder !== null && pathname.startsWith(`/${hashedFolder}/`)
      // Taken away since it was listed: as good as never there.
      const bytes = await readFile(join(folder, ...pathname.split('/'))).catch(() => null)
      if (bytes === null) return null
      const file: BundleFile = {
        bytes,
        type,
        etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`,
        cacheControl: isHashed ? FOR_EVER : ASK_AGAIN,
      }
      if (isHashed) kept.set(pathname, file)
      return file
    },
  }
}

/** Links are not followed. The archive of a packed shell lists no folder recursively. */
async function listFiles(folder: string, below: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  // What is not there holds no files; the page that is asked for says so.
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    if (!PLAIN_NAME.test(entry.name)) continue
    const path = `${below}/${entry.name}`
    if (entry.isFile()) found.add(path)
    if (!entry.isDirectory()) continue
    for (const inner of await listFiles(join(folder, entry.name), path)) found.add(inner)
  }
  return found
}
