/** The whole shell, as it keeps things: crash reports here, spelling off, no feed named, and its window's place over a quit. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openDesktopShell } from '../support/desktop-shell.ts'

test('a shell keeps its crash reports to itself, checks no spelling unasked, and comes back where it stood', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'hb-keeping-'))
  const first = await openDesktopShell({ dataDir })
  t.after(() => first[Symbol.asyncDispose]())
  const window = await first.window('homebird')
  const { acts } = first.electron
  assert.deepEqual(acts.of('crashReporter.start'), [{ uploadToServer: false }])
  assert.ok((await stat(join(dataDir, 'logs', 'crashes'))).isDirectory())
  assert.deepEqual(acts.of('session.setSpellCheckerEnabled'), [false])
  assert.deepEqual(acts.of('session.setSpellCheckerDictionaryDownloadURL'), ['http://127.0.0.1:9/'])
  window.setBounds({ x: 210, y: 120, width: 900, height: 700 })
  window.webContents.setZoomLevel(2)
  assert.equal(await first.quit(), 0)
  const kept: unknown = JSON.parse(await readFile(join(dataDir, 'shell.json'), 'utf8'))
  assert.ok(typeof kept === 'object' && kept !== null && 'windows' in kept)
  const second = await openDesktopShell({ dataDir })
  t.after(() => second[Symbol.asyncDispose]())
  const again = await second.window('homebird')
  assert.deepEqual(again.getNormalBounds(), { x: 210, y: 120, width: 900, height: 700 })
  assert.equal(await second.quit(), 0)
  await rm(dataDir, { recursive: true, force: true })
})
