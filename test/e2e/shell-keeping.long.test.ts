/** The whole shell, as it keeps things: crash reports here, spelling off, no feed named, and its window's place over a quit. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openDesktopShell } from '../support/desktop-shell.ts'

test('a shell keeps its crash reports to itself, checks no spelling unasked, and keeps where its window stood', async (t) => {
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
  const kept = JSON.parse(await readFile(join(dataDir, 'shell.json'), 'utf8')) as { windows: unknown[][] }
  const place = { x: 210, y: 120, width: 900, height: 700 }
  assert.deepEqual(kept.windows[0]?.[1], { ...place, isMaximized: false, isFullScreen: false, zoomLevel: 2 })
  await rm(dataDir, { recursive: true, force: true })
})
