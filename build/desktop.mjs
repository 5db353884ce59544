/** `npm start` on a desktop: whether there is one, Electron's binary, the bundled program, and the sentence where one is missing. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exclusively } from './exclusive.mjs'
import { CACHE, NODE_MODULES, ROOT, nodeBinary } from './paths.mjs'
import { addFolder } from './source-hash.mjs'

const STAGED = join(ROOT, 'dist', 'app')
const STAMP = join(ROOT, 'dist', '.staged-from')
/** What the staged program is made of; the window has a stamp of its own and is part of it. */
const SOURCES = ['server', 'electron', 'renderer', 'resources', join('build', 'packaging')]
/** What a system says when a program cannot be run at all: not found, not executable, or a library is missing. */
const CANNOT_RUN = new Set([126, 127])

const PROGRAMS = {
  darwin: join('Electron.app', 'Contents', 'MacOS', 'Electron'),
  win32: 'electron.exe',
  linux: 'electron',
}

/**
 * Why this start has no window of its own, as a sentence for whoever expected one; '' where nobody does; null where it has one.
 * @param {readonly string[]} args  words of `npm start`: all of them are about a home without a window
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {{ platform: string, uid: number | null, hasShell: boolean }} machine
 * @returns {string | null}
 */
export function whyHeadless(args, env, { platform, uid, hasShell }) {
  if (args.length > 0 || !hasShell) return ''
  if (env.CI !== undefined && env.CI !== '' && env.CI !== 'false') return ''
  if (PROGRAMS[platform] === undefined) return ''
  if (platform !== 'linux') return null
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return ''
  if (uid === 0)
    return 'Electron runs for no root, so the home starts without a window of its own; start it as yourself to have one.'
  return null
}

/** @param {string} version  of Electron */
export function electronFolder(version) {
  return join(CACHE, 'electron', `${version}-${process.platform}-${process.arch}`)
}

/**
 * Electron's program: what its own package has unpacked, or what was fetched before.
 * @returns {string | null}
 */
export function findElectron() {
  const own = PROGRAMS[process.platform]
  const manifest = join(NODE_MODULES, 'electron', 'package.json')
  if (own === undefined || !existsSync(manifest)) return null
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
  const places = [join(NODE_MODULES, 'electron', 'dist', own), join(electronFolder(version), own)]
  return places.find((path) => existsSync(path)) ?? null
}

/**
 * Runs the shell.
 * @returns {Promise<number | string>} its exit code, or why there is no window
 */
export async function startDesktop() {
  let electron = findElectron()
  if (electron === null) {
    const reason = await fetchElectron()
    electron = findElectron()
    if (electron === null) return `Electron, which draws the window, cannot be had (${reason}).`
  }
  try {
    await ensureStaged()
  } catch (error) {
    return `The desktop program could not be built (${error.message}).`
  }
  const code = await runElectron(electron)
  return CANNOT_RUN.has(code)
    ? `Electron does not run on this computer (${electron} ended with ${code}); the lines above say what it lacks.`
    : code
}

/** @returns {Promise<string>} what it said last */
async function fetchElectron() {
  mkdirSync(join(CACHE, 'electron'), { recursive: true })
  let said = ''
  await exclusively('electron', () => {
    if (findElectron() !== null) return
    return new Promise((resolve) => {
      const child = spawn(nodeBinary(), [join(ROOT, 'build', 'fetch-electron.mjs')], {
        cwd: ROOT,
        // Its line changes in place only where it has the terminal itself.
        stdio: ['ignore', 'ignore', process.stderr.isTTY ? 'inherit' : 'pipe'],
      })
      child.stderr?.on('data', (chunk) => {
        said = String(chunk).trim().split('\n').at(-1) ?? said
      })
      child.once('error', (error) => {
        said = error.message
        resolve()
      })
      child.once('close', resolve)
    })
  })
  return said === '' ? 'its download did not come through' : said
}

export async function ensureStaged() {
  if (isFresh()) return
  await exclusively('staged', async () => {
    if (isFresh()) return
    console.error('Building the desktop program…')
    const stamp = hashOfSources()
    await stage()
    writeFileSync(STAMP, stamp)
  })
}

function isFresh() {
  return (
    existsSync(join(STAGED, 'package.json')) &&
    existsSync(STAMP) &&
    readFileSync(STAMP, 'utf8') === hashOfSources()
  )
}

function hashOfSources() {
  const hash = createHash('sha256').update(readFileSync(join(ROOT, 'package-lock.json')))
  for (const folder of SOURCES) addFolder(hash, join(ROOT, folder))
  return hash.digest('hex')
}

function stage() {
  return new Promise((resolve, reject) => {
    const child = spawn(nodeBinary(), [join(ROOT, 'build', 'pack.ts'), 'stage'], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    child.once('error', reject)
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`bundling ended with ${code}`))))
  })
}

function runElectron(program) {
  return new Promise((resolve) => {
    const child = spawn(program, [STAGED], { cwd: ROOT, stdio: 'inherit' })
    // A terminal sends Ctrl-C to both; whoever signals only this process reaches the other through it.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
    child.once('error', () => resolve(126))
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)))
  })
}
