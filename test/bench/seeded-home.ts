/**
 * Homes with a library, made once: the data folder of a stopped home is kept, and each measurement starts a copy of
 * it. What is kept was made from the same seeds; where the schema has grown since, the start of the copy brings it up to date.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type BenchHome, openBenchHome, reopenBenchHome, settled } from './bench-home.ts'
import { type ReaderPlace, seedReader } from './reader-seed.ts'
import { type Library, libraryWords, seedLibrary } from './search-seed.ts'

export type { ReaderPlace }

export interface Seeded {
  readonly library: Library
  readonly place: ReaderPlace
}

/** Where made homes are kept: the folder that the owner of the run named, or one that goes with the run. */
export class SeedStore implements AsyncDisposable {
  readonly #folder: string
  readonly #goes: boolean

  private constructor(folder: string, goes: boolean) {
    this.#folder = folder
    this.#goes = goes
  }

  static async open(folder: string | undefined): Promise<SeedStore> {
    if (folder === undefined) return new SeedStore(await mkdtemp(join(tmpdir(), 'hb-bench-seeds-')), true)
    await mkdir(folder, { recursive: true })
    return new SeedStore(folder, false)
  }

  /** A home whose library holds that many posts, to be closed by whoever asked. */
  async home(
    posts: number,
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly bench: BenchHome; readonly seeded: Seeded }> {
    const kept = await this.#find(posts)
    if (!existsSync(kept)) await make(posts, kept)
    const dataDir = await mkdtemp(join(tmpdir(), 'hb-bench-'))
    await copyFolder(join(kept, 'data'), dataDir)
    const told = JSON.parse(await readFile(join(kept, 'seed.json'), 'utf8')) as Omit<Library, 'words'> & {
      readonly place: ReaderPlace
    }
    const { authorIds, samples, place } = told
    const bench = await reopenBenchHome(dataDir, env)
    await settled(bench)
    return { bench, seeded: { library: { words: libraryWords(), authorIds, samples }, place } }
  }

  /** The one with the newest schema that this program knows; where there is none, the place for it. */
  async #find(posts: number): Promise<string> {
    const beginning = `library-${posts}-${await hashOfSeeds()}-`
    const schema = await schemaNumber()
    const known = (await readdir(this.#folder))
      .filter((name) => name.startsWith(beginning))
      .map((name) => Number(name.slice(beginning.length)))
      .filter((found) => found <= schema)
    return join(this.#folder, `${beginning}${known.toSorted((a, b) => b - a)[0] ?? schema}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#goes) await rm(this.#folder, { recursive: true, force: true })
  }
}

/** Made beside its place and moved there when it is whole. */
async function make(posts: number, kept: string): Promise<void> {
  console.error(`bench: a home with ${posts.toLocaleString('en')} posts is made …`)
  const bench = await openBenchHome()
  const making = `${kept}.making-${process.pid}`
  try {
    const library = await seedLibrary(bench.sql, posts)
    const { authorIds, samples } = library
    const place = await seedReader(bench.sql, library)
    await bench.sql.query('vacuum analyze')
    await settled(bench)
    await bench.stop()
    await copyFolder(bench.home.dataDir, join(making, 'data'))
    await writeFile(join(making, 'seed.json'), JSON.stringify({ authorIds, samples, place }), { mode: 0o600 })
    await rename(making, kept)
  } finally {
    await rm(making, { recursive: true, force: true })
    await bench[Symbol.asyncDispose]()
  }
}

/** With owners, for the database has its own; by reference where the file system can: then it takes no time and no room. */
async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  await promisify(execFile)('cp', ['--archive', '--reflink=auto', `${from}/.`, to])
}

/** Changes with whatever decides what is poured into a made home. */
async function hashOfSeeds(): Promise<string> {
  const hash = createHash('sha256')
  for (const name of ['search-seed.ts', 'reader-seed.ts']) {
    hash.update(await readFile(join(import.meta.dirname, name)))
  }
  return hash.digest('hex').slice(0, 16)
}

async function schemaNumber(): Promise<number> {
  const names = await readdir(join(import.meta.dirname, '..', '..', 'server', 'db', 'migrations'))
  return Math.max(...names.map((name) => Number.parseInt(name, 10)).filter(Number.isFinite))
}
