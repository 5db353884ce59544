/** Installs the packages of the lock file when they are not there, or not those. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exclusively } from './exclusive.mjs'
import { NODE_MODULES, ROOT, nodeBinary } from './paths.mjs'

const STAMP = join(NODE_MODULES, '.homebird-installed')
const LOCK_FILE = join(ROOT, 'package-lock.json')

/** Quick when there is nothing to do: one hash. */
export async function ensureDependencies() {
  if (isInstalled()) return
  await exclusively('install', async () => {
    if (isInstalled()) return
    if (!isInstalledByHand()) {
      console.error('Installing dependencies, once: about a minute…')
      await npm('ci', '--ignore-scripts', '--include=dev', '--include=optional')
      await npm('rebuild', ...allowedPackages())
    }
    writeFileSync(STAMP, wantedStamp())
  })
}

function isInstalled() {
  return existsSync(nodeBinary()) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wantedStamp()
}

/** Packages differ by platform, so a folder that was carried to another machine does not count. */
function wantedStamp() {
  const hash = createHash('sha256').update(readFileSync(LOCK_FILE)).digest('hex')
  return `${hash} ${process.platform}-${process.arch}\n`
}

/** Somebody ran npm: its own record then names the same versions as the lock file. */
function isInstalledByHand() {
  try {
    const wanted = JSON.parse(readFileSync(LOCK_FILE, 'utf8')).packages
    const found = JSON.parse(readFileSync(join(NODE_MODULES, '.package-lock.json'), 'utf8')).packages
    return (
      existsSync(nodeBinary()) &&
      Object.entries(wanted).every(
        ([path, { version, optional }]) =>
          path === '' || found[path]?.version === version || (optional === true && found[path] === undefined),
      )
    )
  } catch {
    return false // there is no record, or none that can be read: install
  }
}

/**
 * Only these run anything when they are installed. Packages that carry what they need for this machine would be built anew by
 * others' scripts, which fetch from elsewhere what builds them.
 */
function allowedPackages() {
  const { allowScripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  return Object.keys(allowScripts).filter((name) => existsSync(join(NODE_MODULES, name)))
}

/** @param words  the command and its options */
function npm(...words) {
  // Run by npm, its own program is named; else the one of the path is taken.
  const own = process.env.npm_execpath
  const [program, first] = own?.endsWith('.js') ? [process.execPath, [own]] : ['npm', []]
  const args = [...first, ...words, '--loglevel=error']
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    })
    child.once('error', (error) =>
      reject(new Error(`npm cannot be started (${error.message}); install it with Node`)),
    )
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`npm ${words[0]} failed with code ${code}`)),
    )
  })
}
