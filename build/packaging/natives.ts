/** The packages that no bundle can hold, for they bring machine code: which, and what of them is needed where they run. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { ROOT, type Target } from './places.ts'

/** Stay imports of the bundle; with what they need in turn they go beside it. */
export const EXTERNAL_PACKAGES = ['better-sqlite3', 'sharp', '@node-rs/argon2']

const DOCUMENTATION = /\.(?:md|markdown|map|d\.[cm]?ts|cc|cpp|c|h|gyp)$/i
const KEPT_TEXT = /(?:^|[\\/])(?:licen[cs]e|notice|copying|third-party-notices)[^\\/]*$/i
/** Below the package's own folder. What builds a package is not needed to run it. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['build', 'deps', 'src'],
  sharp: ['install', 'src'],
}
/** Needed to build a package from its sources, which nobody does here. */
const NOT_NEEDED = new Set(['node-addon-api'])
/** Another form of the same, for machines with another C library, or for browsers. */
const OTHER_MACHINE = /musl|wasm|webcontainers|freebsd|android/

interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
}

/**
 * Copies them, pruned, into `node_modules` of the folder.
 * @throws naming the package of this target that is not installed
 */
export function copyNatives(out: string, target: Target): void {
  const modules = join(out, 'node_modules')
  rmSync(modules, { recursive: true, force: true })
  for (const folder of nativeFolders(target)) {
    const name = relative(join(ROOT, 'node_modules'), folder).split(sep).join('/')
    const to = join(modules, name)
    mkdirSync(dirname(to), { recursive: true })
    cpSync(folder, to, { recursive: true, filter: (path) => isNeeded(relative(folder, path), name, target) })
  }
}

/** Their folders, each before what it needs. */
export function nativeFolders(target: Target): readonly string[] {
  const found = new Map<string, string>()
  const visit = (name: string, isOptional: boolean): void => {
    if (found.has(name) || NOT_NEEDED.has(name)) return
    const folder = join(ROOT, 'node_modules', name)
    if (!existsSync(folder)) {
      if (isOptional) return
      throw new Error(`${name} is not installed; run npm ci`)
    }
    const manifest = readManifest(folder)
    if (!isFor(manifest, target)) return
    found.set(name, folder)
    for (const next of Object.keys(manifest.dependencies ?? {})) visit(next, false)
    for (const next of Object.keys(manifest.optionalDependencies ?? {})) visit(next, true)
  }
  for (const name of EXTERNAL_PACKAGES) visit(name, false)
  for (const prefix of ['@img/sharp-', '@node-rs/argon2-'])
    if (![...found.keys()].some((name) => name.startsWith(prefix)))
      throw new Error(
        `${prefix}… for ${target.platform}-${target.arch} is not installed; ` +
          `run npm ci --os=${target.platform} --cpu=${target.arch}`,
      )
  return [...found.values()]
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

function isFor({ name, os, cpu }: Manifest, { platform, arch }: Target): boolean {
  if (OTHER_MACHINE.test(name)) return false
  return (os?.includes(platform) ?? true) && (cpu?.includes(arch) ?? true)
}

function isNeeded(path: string, name: string, { platform, arch }: Target): boolean {
  const [first = '', second = ''] = path.split(sep)
  if (first === 'node_modules') return false
  if (LEFT_OUT[name]?.includes(first) === true) return false
  if (first === 'prebuilds' && second !== '') return second === `${platform}-${arch}.node`
  return KEPT_TEXT.test(path) || !DOCUMENTATION.test(path)
}
