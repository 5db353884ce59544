/**
 * Fetches Electron's binary, which its npm package does not bring: checked against the hashes that the package does bring, and
 * kept beside the checkout. Run under Node 24. Says one line that changes on the error output; the last word of a failure is
 * why. Exit code 0 when the binary is there.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { electronFolder } from './desktop.mjs'

const SILENCE_LIMIT_MS = 10_000
const MEGABYTE = 1_000_000

const require = createRequire(import.meta.url)
const electron = createRequire(require.resolve('electron/package.json'))
const { version } = require('electron/package.json')

/** The line as it stands now. */
let told = ''

try {
  await fetchElectron()
} catch (error) {
  process.stderr.write(`${clearLine()}${reasonOf(error)}\n`)
  process.exitCode = 1
}

async function fetchElectron() {
  const { downloadArtifact } = await import(electron.resolve('@electron/get'))
  const stalled = new AbortController()
  const stop = () =>
    stalled.abort(new Error(`its server has sent nothing for ${SILENCE_LIMIT_MS / 1_000} seconds`))
  const silence = setTimeout(stop, SILENCE_LIMIT_MS)
  const zip = await downloadArtifact({
    version,
    artifactName: 'electron',
    platform: process.platform,
    arch: process.arch,
    checksums: JSON.parse(readFileSync(require.resolve('electron/checksums.json'), 'utf8')),
    downloadOptions: {
      quiet: true,
      signal: stalled.signal,
      getProgressCallback(progress) {
        silence.refresh()
        tell(progress)
      },
    },
  }).finally(() => clearTimeout(silence))
  await unpack(zip)
}

/** In one step that is either done or not. */
async function unpack(zip) {
  const folder = electronFolder(version)
  if (existsSync(folder)) return
  const { extract } = electron('@electron-internal/extract-zip')
  const unfinished = `${folder}.${process.pid}.new`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  await extract(zip, { dir: unfinished })
  renameSync(unfinished, folder)
}

function tell({ transferred, total, percent }) {
  const size = total === null ? '' : ` of ${Math.round(total / MEGABYTE)}`
  const share = total === null ? '' : ` (${Math.floor(percent * 100)} %)`
  const line = `Fetching the window's program (Electron ${version}): ${Math.round(transferred / MEGABYTE)}${size} MB${share}`
  if (line === told) return
  told = line
  if (process.stderr.isTTY) process.stderr.write(`${clearLine()}${line}${percent >= 1 ? '\n' : ''}`)
  else if (percent >= 1) process.stderr.write(`${line}\n`)
}

/** Of a request that failed the reason is below: `fetch failed` helps nobody. */
function reasonOf(error) {
  if (!(error instanceof Error)) return String(error)
  const { message, cause } = error
  return cause instanceof Error && message === 'fetch failed' ? cause.message || cause.code : message
}

function clearLine() {
  return process.stderr.isTTY ? '\r\u001b[K' : ''
}
