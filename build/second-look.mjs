/**
 * The second look: a file of browser tests that failed among two hours' worth of them is run once more, when the others
 * have ended. One that then passes does not fail the run, but is named in its last lines as unsteady: it is to be mended.
 * What shows something of the home itself (attacks, loss, doubles, faults, the protocol) gets none: there one failure is a
 * find.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { ROOT } from './paths.mjs'

const REPORTER = join(ROOT, 'build', 'failed-files.mjs')
/** More than these are no accident. */
const MOST_FILES = 3
const OF_A_BROWSER =
  /^test\/e2e\/(?:window|shell|public-pages)(?![^/]*(?:attack|hostile|recovery|restore|backup|hand-over|leaving|adoption))[^/]*\.long\.test\.ts$/

/**
 * @param {(patterns: readonly string[], more: readonly string[]) => Promise<boolean>} run  runs test files, with further
 *   arguments for the test runner
 * @param {readonly string[]} patterns
 * @param {(line: string) => void} say
 * @returns {Promise<boolean>} whether all passed, at the first look or at the second
 */
export async function askSecondLook(run, patterns, say = console.log) {
  const { isGood, failed } = await runAndList(run, patterns)
  if (isGood) return true
  if (!deservesSecondLook(failed)) return false
  say(`\na second look at ${failed.join(', ')}`)
  const { isGood: isGoodNow, failed: still } = await runAndList(run, failed)
  for (const file of failed) {
    if (!still.includes(file)) say(`unsteady: ${file} failed once, and passed at the second look`)
  }
  return isGoodNow
}

/** @param {readonly string[]} failed  files, from the root of the checkout */
function deservesSecondLook(failed) {
  return failed.length > 0 && failed.length <= MOST_FILES && failed.every((file) => OF_A_BROWSER.test(file))
}

async function runAndList(run, patterns) {
  const folder = mkdtempSync(join(tmpdir(), 'hb-failed-'))
  const list = join(folder, 'files')
  try {
    const isGood = await run(patterns, [`--test-reporter=${REPORTER}`, `--test-reporter-destination=${list}`])
    const lines = isGood ? [] : readFileSync(list, 'utf8').split('\n')
    return { isGood, failed: lines.filter((line) => line !== '').map((file) => relative(ROOT, file)) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
