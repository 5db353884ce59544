/**
 * The desktop program with Electron's own binary, where there is one: the bundled program driven by Playwright, and the packed
 * one, whose fuses let nobody drive it, seen from outside. What can be shown without the binary is shown elsewhere.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { _electron } from 'playwright-core'
import { ensureStaged, findElectron } from '../../build/desktop.mjs'
import { packDesktop, packedProgram } from '../../build/packaging/desktop.ts'
import { STAGED_APP, parseTarget } from '../../build/packaging/places.ts'
import { processFacts } from '../../server/core/process-facts.ts'
import { afterInReverse } from '../support/after-in-reverse.ts'
import { statusOf } from '../support/serve-process.ts'
import { until } from '../support/until.ts'

const START_LIMIT_MS = 120_000
const QUIT_LIMIT_MS = 15_000

const electron = findElectron()
const skip = whySkipped()

function whySkipped(): string | false {
  if (electron === null) return 'no Electron binary; npm start on a desktop fetches it'
  if (process.platform !== 'linux') return false
  if (process.getuid?.() === 0) return 'Electron runs for no root'
  const { DISPLAY, WAYLAND_DISPLAY } = process.env
  return DISPLAY || WAYLAND_DISPLAY ? false : 'no display; xvfb-run npm run test:electron makes one'
}

function homeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'hb-electron-'))
  afterInReverse(t, () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

function environment(dataDir: string): Record<string, string> {
  const own = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || name.startsWith('HOMEBIRD_') ? [] : [[name, value] as const],
  )
  return { ...Object.fromEntries(own), HOMEBIRD_DATA_DIR: dataDir, HOMEBIRD_PORT: '0' }
}

test(
  'the bundled program opens its window on app://homebird, and a page in it has no Node',
  { skip },
  async (t) => {
    await ensureStaged()
    const app = await _electron.launch({
      executablePath: electron ?? '',
      args: [STAGED_APP],
      env: environment(homeFolder(t)),
    })
    afterInReverse(t, () => app.close())
    const page = await until(
      'the main window',
      () => app.windows().find((window) => window.url().startsWith('app://homebird/')),
      START_LIMIT_MS,
    )
    assert.deepEqual(
      await page.evaluate(() =>
        ['require', 'process', 'module', 'Buffer'].filter((name) => name in globalThis),
      ),
      [],
    )
    assert.equal(await page.evaluate(() => typeof Reflect.get(globalThis, 'homebirdDesktop')), 'object')
  },
)

test(
  'the packed program runs a home, cannot be made a Node or inspected, and leaves nothing when it ends',
  { skip },
  async (t) => {
    const out = homeFolder(t)
    const target = parseTarget(process.platform, process.arch)
    // On macOS the program lies in folders of its bundle.
    const electronDist = (electron ?? '').replace(/[\\/](?:Electron\.app[\\/].*|electron(?:\.exe)?)$/, '')
    await packDesktop({ target, isFolderOnly: true, electronDist, out })
    const dataDir = homeFolder(t)
    const words = ['--inspect=0', '-e', 'process.stdout.write("this is Node")']
    const program = spawn(packedProgram(out, target), words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...environment(dataDir), ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '--require=/nowhere' },
    })
    let said = ''
    for (const output of [program.stdout, program.stderr])
      output.on('data', (chunk) => (said += String(chunk)))
    const ended = once(program, 'exit')
    afterInReverse(t, async () => {
      if (program.exitCode === null && program.signalCode === null) program.kill('SIGKILL')
      await ended
    })
    const status = await until(
      'the home to run',
      async () => {
        assert.equal(program.exitCode, null, said)
        const found = await statusOf(t, dataDir)
        return found.state === 'Running' && found
      },
      START_LIMIT_MS,
    )
    assert.doesNotMatch(said, /this is Node|Debugger listening/)
    const pids = status.parts.flatMap(({ pid }) => pid ?? [])
    program.kill('SIGTERM')
    await until('it to end', () => program.exitCode !== null || program.signalCode !== null, QUIT_LIMIT_MS)
    assert.deepEqual(
      pids.map(processFacts).filter((facts) => facts !== null),
      [],
    )
  },
)
