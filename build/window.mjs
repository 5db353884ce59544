/** Builds the window's bundle when its sources have changed. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exclusively } from './exclusive.mjs'
import { NODE_MODULES, ROOT, nodeBinary } from './paths.mjs'
import { addFolder } from './source-hash.mjs'

const RENDERER = join(ROOT, 'renderer')
const STAMP = join(RENDERER, 'dist', '.built-from')
/** What the bundle is made of; the contracts are compiled into it. */
const SOURCES = [RENDERER, join(ROOT, 'server', 'contracts'), join(ROOT, 'resources')]

export async function ensureWindow() {
  if (!existsSync(join(RENDERER, 'index.html')) || isFresh()) return
  await exclusively('window', async () => {
    if (isFresh()) return
    console.error('Building the window…')
    const stamp = hashOfSources()
    await viteBuild()
    writeFileSync(STAMP, stamp)
  })
}

function isFresh() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hashOfSources()
}

function hashOfSources() {
  const hash = createHash('sha256').update(readFileSync(join(ROOT, 'package-lock.json')))
  for (const folder of SOURCES) addFolder(hash, folder)
  return hash.digest('hex')
}

function viteBuild() {
  const args = [join(NODE_MODULES, 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn']
  return new Promise((resolve, reject) => {
    const child = spawn(nodeBinary(), args, { cwd: RENDERER, stdio: ['ignore', 2, 2] })
    child.once('error', reject)
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`the window could not be built (vite ended with ${code})`)),
    )
  })
}
