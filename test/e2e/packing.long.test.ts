/**
 * The desktop program as electron-builder packs it, over a folder that stands in for Electron's own distribution: what is in it,
 * and that server, worker, decoder and command run from it. Electron itself is not run, for it is not there.
 */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  appendFileSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { promisify } from 'node:util'
import { extractAll, extractFile, listPackage, statFile } from '@electron/asar'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import type * as ElectronBuilder from 'electron-builder'
import { builderConfig } from '../../build/packaging/builder-config.ts'
import { packedFolder, packedProgram } from '../../build/packaging/desktop.ts'
import { npm } from '../../build/packaging/npm.ts'
import { packForNpm } from '../../build/packaging/npm-package.ts'
import { STAGED_APP } from '../../build/packaging/places.ts'
import type { PostgresList } from '../../server/appliance/postgres-hashes.ts'
import { ExitCode } from '../../server/contracts/exit-code.ts'
import { writeElectronDistribution } from '../support/electron-distribution.ts'
import { findProgram } from '../support/find-program.ts'
import { homeRunsFrom } from '../support/packed-home.ts'
import { serve } from '../support/serve-process.ts'
import { testDataDir } from '../support/test-ground.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const NO_NETWORK = join(ROOT, 'test', 'support', 'children', 'no-network.ts')
const SECOND_START = join(ROOT, 'test', 'support', 'children', 'second-start.ts')
const MOST_BYTES = 180 * 1_000_000
/** Of the dependencies of a checkout these are given away as packages; all else is bundled, or stays behind. */
const PACKAGES = /^(?:@img|@node-rs|better-sqlite3|detect-libc|semver|sharp)$/
const canPack = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64')
const target = { platform: 'linux', arch: process.arch === 'arm64' ? 'arm64' : 'x64' } as const

suite('the packed program', { skip: canPack ? false : 'it is packed and looked at on Linux' }, () => {
  let folder = ''
  let packed = ''
  let resources = ''
  let archive = ''

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hb-packed-'))
    const electron = join(folder, 'electron')
    writeElectronDistribution(electron, '45.0.0')
    const words = ['dir', '--electron-dist', electron, '--out', join(folder, 'out')]
    const child = spawn(process.execPath, [join(ROOT, 'build', 'pack.ts'), ...words], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Whatever it starts inherits this: nothing is fetched.
      env: { ...process.env, NODE_OPTIONS: `--import=${NO_NETWORK}` },
    })
    let said = ''
    for (const output of [child.stdout, child.stderr]) output.on('data', (chunk) => (said += String(chunk)))
    const [code] = (await once(child, 'close')) as [number | null]
    assert.equal(code, 0, said)
    assert.doesNotMatch(said, /network: /)
    packed = packedFolder(join(folder, 'out'), target)
    resources = join(packed, 'resources')
    archive = join(resources, 'app.asar')
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const inArchive = (): string[] => listPackage(archive, { isPack: false }).map((path) => path.slice(1))

  test('holds every program, the window, the migrations and the resources, and nothing of the checkout else', () => {
    const files = new Set(inArchive())
    for (const path of [
      'package.json',
      'electron/main.js',
      'electron/preload/preload.cjs',
      'electron/preload/startup-preload.cjs',
      'electron/windows/startup/index.html',
      'electron/windows/startup/startup.js',
      'electron/windows/startup/restore-dialog.js',
      ...['main', 'worker', 'migrate', 'tunnel', 'cli', 'decoder'].map((name) => `server/${name}.js`),
      ...readdirSync(join(ROOT, 'server', 'db', 'migrations')).map((name) => `server/db/migrations/${name}`),
      'renderer/dist/index.html',
      'renderer/dist/licences.json',
      'resources/licences/PostgreSQL.txt',
      'resources/pages/passkey.js',
    ])
      assert.ok(files.has(path), path)
    const rooms = new Set([...files].map((path) => path.split('/')[0]))
    assert.deepEqual(
      rooms,
      new Set(['electron', 'node_modules', 'package.json', 'renderer', 'resources', 'server']),
    )
    const modules = [...files].flatMap((path) => /^node_modules\/([^/]+)/.exec(path)?.[1] ?? [])
    assert.deepEqual(
      [...new Set(modules)].filter((name) => !PACKAGES.test(name)),
      [],
    )
    const odd =
      /\.(?:tsx?|map|log|env|pem|key|sqlite|test\.\w+)$|(?:^|\/)(?:test|\.git|\.npmrc|\.cache|\.built-from)(?:\/|$)/
    assert.deepEqual(
      [...files].filter((path) => odd.test(path) && !path.startsWith('node_modules/')),
      [],
    )
  })

  test('tells nothing of the machine it was packed on, and needs no types to be stripped', () => {
    for (const path of inArchive().filter((name) => /^(?:server|electron)\/.*\.c?js$/.test(name))) {
      const text = extractFile(archive, path).toString()
      // V8 keeps a text with a letter beyond Latin-1 at two bytes for each: megabytes for every process.
      assert.doesNotMatch(text, /[^\0-\u00FF]/, path)
      assert.ok(!text.includes(ROOT), `${path} names the folder of the checkout`)
      assert.doesNotMatch(text, /from ?"[^"]+\.ts"/, path)
    }
  })

  test('machine code lies outside the archive, for this machine alone', () => {
    const isCode = (path: string): boolean => /\.node$|\.so(?:\.[\d.]+)?$/.test(path)
    const codes = inArchive().filter(isCode)
    assert.equal(codes.filter((path) => path.endsWith('.node')).length, 3, codes.join(' '))
    for (const path of codes) {
      const entry = statFile(archive, path, false)
      assert.ok('unpacked' in entry && entry.unpacked, `${path} cannot be loaded from within the archive`)
      assert.ok(lstatSync(join(`${archive}.unpacked`, path)).size > 0)
      assert.match(path, new RegExp(`linux-${process.arch}`))
    }
  })

  test('the fuses are burnt in, and what they forbid is not there', async () => {
    const wire = await getCurrentFuseWire(packedProgram(join(folder, 'out'), target))
    assert.equal(wire[FuseV1Options.RunAsNode], FuseState.DISABLE)
    assert.equal(wire[FuseV1Options.OnlyLoadAppFromAsar], FuseState.ENABLE)
    assert.equal(wire[FuseV1Options.EnableEmbeddedAsarIntegrityValidation], FuseState.ENABLE)
    assert.ok(!readdirSync(resources).includes('default_app.asar'))
  })

  test('the archive knows the hash of every file of the database, and links are links', () => {
    const path = `resources/database/linux-${process.arch}.json`
    const list = JSON.parse(extractFile(archive, path).toString()) as PostgresList
    const postgres = join(resources, 'postgres')
    const present = filesBelow(postgres)
    assert.deepEqual(present.toSorted(), [...Object.keys(list.files), ...Object.keys(list.links)].toSorted())
    for (const [name, hash] of Object.entries(list.files)) {
      const bytes = readFileSync(join(postgres, name))
      assert.equal(createHash('sha256').update(bytes).digest('hex'), hash, name)
    }
    for (const name of Object.keys(list.links))
      assert.ok(lstatSync(join(postgres, name)).isSymbolicLink(), name)
    assert.equal(lstatSync(join(postgres, 'bin', 'postgres')).mode & 0o111, 0o111)
  })

  test('terms and parts lie beside it, those of Electron and Chromium too', () => {
    assert.ok(readdirSync(packed).includes('LICENSES.chromium.html'))
    assert.ok(readdirSync(packed).includes('LICENSE.electron.txt'))
    const terms = readFileSync(join(resources, 'notices', 'LICENCES.txt'), 'utf8')
    for (const words of [
      'GNU AFFERO GENERAL PUBLIC LICENSE',
      'Regents of the University of California',
      'The OpenSSL toolkit stays under a double license',
      'electron-updater',
    ])
      assert.ok(terms.includes(words), words)
    const sbom = JSON.parse(readFileSync(join(resources, 'notices', 'sbom.cdx.json'), 'utf8')) as {
      readonly bomFormat: string
      readonly components: readonly { readonly name: string; readonly group?: string }[]
    }
    assert.equal(sbom.bomFormat, 'CycloneDX')
    const parts = new Set(sbom.components.map(({ group, name }) => (group ? `${group}/${name}` : name)))
    for (const name of ['fastify', 'react', 'electron', 'PostgreSQL', '@img/sharp-libvips-linux-x64'])
      assert.ok(parts.has(name), name)
    for (const name of ['vite', 'playwright-core', 'oxlint', 'typescript']) assert.ok(!parts.has(name), name)
  })

  test('is smaller than 180 MB without Electron itself', (t) => {
    const bytes = filesBelow(resources)
      .map((name) => lstatSync(join(resources, name)).size)
      .reduce((sum, size) => sum + size, 0)
    t.diagnostic(`${Math.round(bytes / 1_000_000)} MB`)
    assert.ok(bytes < MOST_BYTES, `${bytes} bytes`)
  })

  test('a home runs from it: set up, a post, a picture through the decoder, and a database that was changed does not start', async (t) => {
    const program = testDataDir(t, 'program')
    extractAll(archive, join(program, 'app'))
    const shell = join(program, 'app', 'electron', 'main.js')
    const { stdout } = await promisify(execFile)(process.execPath, [`--import=${SECOND_START}`, shell])
    assert.equal(stdout, 'asked for the lock\n', 'the bundle of the shell loads whole')
    cpSync(join(resources, 'postgres'), join(program, 'postgres'), {
      recursive: true,
      verbatimSymlinks: true,
    })
    const cli = join(program, 'app', 'server', 'cli.js')
    const dataDir = testDataDir(t, 'home')
    await homeRunsFrom(t, cli, dataDir)

    appendFileSync(join(program, 'postgres', 'lib', 'libz.so.1'), 'x')
    const { code, stderr } = await serve(t, dataDir, [], { cli }).finished
    assert.notEqual(code, ExitCode.ok)
    assert.match(
      stderr,
      /postgres\/lib\/libz\.so\.1 was changed since Homebird was packed; install Homebird again/,
    )
  })

  test('the npm package, installed by npm, gives a command that runs a home', async (t) => {
    const tarball = await packForNpm(false)
    const place = testDataDir(t, 'installed')
    mkdirSync(place)
    writeFileSync(join(place, 'package.json'), '{"private":true}')
    try {
      await npm(['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], place)
    } catch (error) {
      // Its native packages come from the registry; whatever else is wrong with the package is a failure.
      if (!/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/.test(String(error))) throw error
      return t.skip('npm cannot reach its registry')
    }
    const installed = join(place, 'node_modules', 'homebird')
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
      readonly bin: Readonly<Record<string, string>>
    }
    assert.deepEqual(manifest.bin, { homebird: 'bin/homebird.js' })
    assert.deepEqual(
      filesBelow(installed).filter((name) => /^(?:electron|node_modules)\/|\.tsx?$|\.map$/.test(name)),
      [],
    )
    await homeRunsFrom(t, join(installed, 'bin', 'homebird.js'), testDataDir(t, 'npm-home'))
    return undefined
  })

  test('its desktop file says what opens with it, and what it does by itself', async (t) => {
    const text = await desktopEntry()
    for (const scheme of ['web+activitypub', 'web+ap', 'homebird'])
      assert.equal(text.split(`x-scheme-handler/${scheme};`).length, 2, scheme)
    assert.match(text, /^Actions=new-post;open;pause;$/m)
    assert.match(text, /^\[Desktop Action new-post\]\nName(?:\[\w+\])?=/m)
    assert.match(text, /^Exec=homebird --new-post$/m)
    const validator = findProgram('desktop-file-validate')
    if (validator === null) return t.skip('desktop-file-utils are not installed')
    const file = `${testDataDir(t, 'homebird')}.desktop`
    writeFileSync(file, text)
    const { stdout, stderr } = await promisify(execFile)(validator, [file])
    assert.equal(stdout + stderr, '')
    return undefined
  })
})

/** As electron-builder writes it into a package. */
async function desktopEntry(): Promise<string> {
  const builder = createRequire(createRequire(import.meta.url).resolve('electron-builder'))
  const { Packager, Platform } = builder('app-builder-lib') as typeof ElectronBuilder
  const { LinuxPackager } = builder('app-builder-lib/out/linuxPackager.js') as {
    readonly LinuxPackager: new (packager: unknown) => { readonly platformSpecificBuildOptions: object }
  }
  const { LinuxTargetHelper } = builder('app-builder-lib/out/targets/LinuxTargetHelper.js') as {
    readonly LinuxTargetHelper: new (packager: unknown) => {
      computeDesktopEntry(options: object, exec: string): Promise<string>
    }
  }
  const config = builderConfig({
    target,
    version: '1.2.3',
    electronVersion: '45.0.0',
    out: 'packed',
    env: {},
  })
  const targets = Platform.LINUX.createTarget(['dir'])
  const packager = new Packager({ projectDir: STAGED_APP, targets, config })
  await packager.validateConfig()
  const linux = new LinuxPackager(packager)
  return new LinuxTargetHelper(linux).computeDesktopEntry(
    linux.platformSpecificBuildOptions,
    '/opt/Homebird/homebird %U',
  )
}

/** Names below a folder, of everything that is no folder. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
}
