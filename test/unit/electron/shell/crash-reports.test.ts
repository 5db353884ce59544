/** Reports of fallen processes: where they go, how many stay, and that nobody gets them. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { ElectronParts } from '../../../../electron/electron-parts.ts'
import { keepCrashReports, pruneReports } from '../../../../electron/shell/crash-reports.ts'

const DAY_MS = 24 * 3_600_000

function openFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'hb-crash-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function writeReport(folder: string, name: string, ageMs: number): void {
  mkdirSync(join(folder, 'completed'), { recursive: true })
  for (const end of ['dmp', 'meta']) {
    const path = join(folder, 'completed', `${name}.${end}`)
    writeFileSync(path, 'memory')
    const at = new Date(Date.now() - ageMs)
    utimesSync(path, at, at)
  }
}

test('reports are kept below the data directory and nothing is sent', (t) => {
  const folder = join(openFolder(t), 'home', 'logs', 'crashes')
  const said: unknown[] = []
  const parts = {
    app: { setPath: (...given: unknown[]) => said.push(given) },
    crashReporter: { start: (...given: unknown[]) => said.push(given) },
  } as unknown as ElectronParts
  keepCrashReports(
    parts,
    () => folder,
    () => assert.fail('nothing is wrong'),
  )
  assert.deepEqual(said, [['crashDumps', folder], [{ uploadToServer: false }]])
  assert.equal(statSync(folder).mode & 0o777, 0o700)
})

test('where they cannot be kept the shell starts all the same, and says so', (t) => {
  const folder = openFolder(t)
  writeFileSync(join(folder, 'file'), '')
  const notices: string[] = []
  keepCrashReports(
    {} as ElectronParts,
    () => join(folder, 'file', 'crashes'),
    (notice) => notices.push(notice),
  )
  assert.match(notices.join(), /^crash reports cannot be kept in .*crashes: Error: ENOTDIR/)
})

test('the newest five stay, for a month, with what belongs to them; other files are not touched', (t) => {
  const folder = openFolder(t)
  writeFileSync(join(folder, 'settings.dat'), 'crashpad')
  for (const number of [1, 2, 3, 4]) writeReport(folder, `young-${number}`, number * DAY_MS)
  writeReport(folder, 'old', 31 * DAY_MS)
  assert.equal(pruneReports(folder, Date.now()), 4)
  for (const number of [5, 6]) writeReport(folder, `young-${number}`, number * DAY_MS)
  assert.equal(pruneReports(folder, Date.now()), 5)
  assert.deepEqual(
    readdirSync(join(folder, 'completed')).sort(),
    [1, 2, 3, 4, 5].flatMap((number) => [`young-${number}.dmp`, `young-${number}.meta`]),
  )
  assert.deepEqual(readdirSync(folder).sort(), ['completed', 'settings.dat'])
})
