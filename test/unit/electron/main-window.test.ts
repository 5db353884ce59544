import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, suite, test } from 'node:test'
import { type WindowFactory, openWindowFactory } from '../../../electron/windows/window-factory.ts'
import { type MainWindows, openMainWindows } from '../../../electron/windows/main-window.ts'
import { type ElectronStandIn, openElectronStandIn } from '../../support/electron-stand-in.ts'
import { plainEvent } from '../../support/electron/plain-event.ts'

interface Desk {
  readonly electron: ElectronStandIn
  readonly factory: WindowFactory
  readonly windows: MainWindows
  readonly notices: string[]
}

async function openDesk(t: TestContext, isPackaged = true): Promise<Desk> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-windows-'))
  t.after(async () => rm(folder, { recursive: true, force: true }))
  const electron = openElectronStandIn({ folder })
  electron.app.on('window-all-closed', () => undefined)
  const notices: string[] = []
  const factory = openWindowFactory(electron.parts, {
    preloads: { main: '/preload.cjs', start: '/startup-preload.cjs' },
    isPackaged,
    noticed: (text) => notices.push(text),
  })
  const windows = openMainWindows({
    factory,
    lookOf: () => ({ width: 900, height: 700 }),
    facts: { hasLogin: true },
    adopt: () => undefined,
  })
  return { electron, factory, windows, notices }
}

suite('windows', () => {
  test('every window has the same closed preferences, whatever its look says', async (t) => {
    const { electron, factory } = await openDesk(t)
    factory.open({
      role: 'main',
      look: { webPreferences: { sandbox: false } } as never,
      facts: { hasLogin: true },
    })
    factory.open({ role: 'start', look: { width: 400 } })
    const [main, start] = electron.windows.map(({ options }) => options)
    const closed = {
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      navigateOnDragDrop: false,
      plugins: false,
      webgl: false,
      safeDialogs: true,
      devTools: false,
    }
    assert.deepEqual(main?.webPreferences, {
      ...closed,
      preload: '/preload.cjs',
      additionalArguments: ['--homebird-facts={"hasLogin":true}'],
    })
    assert.deepEqual(start?.webPreferences, {
      ...closed,
      preload: '/startup-preload.cjs',
      additionalArguments: ['--homebird-facts={}'],
    })
    assert.equal(main?.show, false)
    assert.deepEqual(
      electron.windows.map(({ webContents }) => webContents.getURL()),
      ['app://homebird/', 'app://start/'],
    )
  })

  test('tools to look into pages are there in a checkout alone; roles end with their windows', async (t) => {
    const { electron, factory } = await openDesk(t, false)
    factory.open({ role: 'main', look: {} })
    const [window] = electron.windows
    assert.ok(window)
    assert.equal(window.options.webPreferences?.['devTools'], true)
    const { id } = window.webContents
    assert.equal(factory.roleOf(id), 'main')
    assert.equal(factory.roleOf(id + 1), null)
    window.destroy()
    assert.equal(factory.roleOf(id), null)
    assert.deepEqual(factory.of('main'), [])
  })

  test('a window is filled with pages of its place alone', async (t) => {
    const { factory } = await openDesk(t)
    for (const address of [
      'https://example.org/',
      'app://start/',
      'app://homebird/api/v1/x',
      'file:///etc/passwd',
    ]) {
      assert.throws(() => factory.open({ role: 'main', look: {}, address }), /no page of the main window/)
    }
  })

  test("a stranger's title is shown as plain text", async (t) => {
    const { electron, windows } = await openDesk(t)
    windows.show()
    const [window] = electron.windows
    window?.emit('page-title-updated', plainEvent(), 'Ana\u202E\nwrites')
    assert.equal(window?.getTitle(), 'Ana writes')
  })

  test('a page whose process is lost is filled again, but not for ever', async (t) => {
    const { electron, windows, notices } = await openDesk(t)
    windows.show()
    const [window] = electron.windows
    assert.ok(window)
    const loads = (): number => electron.acts.of('contents.load').length
    const before = loads()
    window.webContents.emit('render-process-gone', plainEvent(), { reason: 'clean-exit' })
    assert.equal(loads(), before)
    for (let time = 0; time < 5; time += 1) {
      window.webContents.emit('render-process-gone', plainEvent(), { reason: 'crashed' })
    }
    assert.equal(loads() - before, 3)
    assert.match(notices.at(-1) ?? '', /again and again/)
  })

  test('one window is brought forward, another is made when it is asked for', async (t) => {
    const { electron, windows } = await openDesk(t)
    windows.show()
    windows.show()
    assert.equal(electron.windows.length, 1)
    windows.openAnother('app://homebird/posts/3')
    const [first, second] = electron.windows
    assert.equal(second?.webContents.getURL(), 'app://homebird/posts/3')
    first?.focus()
    first?.minimize()
    windows.show()
    assert.equal(first?.isMinimized(), false)
    first?.destroy()
    windows.show()
    assert.equal(second?.isFocused(), true)
    second?.destroy()
    windows.show()
    assert.equal(electron.windows.length, 1)
  })

  test('commands wait for the page, and again after it was filled anew', async (t) => {
    const { electron, windows } = await openDesk(t)
    const heard: string[] = []
    windows.command({ kind: 'new_post' })
    windows.command({ kind: 'open', path: '/notifications' })
    const [window] = electron.windows
    assert.ok(window)
    const listens = (): void => windows.listens(window.webContents.id, ({ kind }) => heard.push(kind))
    assert.deepEqual(heard, [])
    listens()
    assert.deepEqual(heard, ['new_post', 'open'])
    windows.command({ kind: 'find' })
    assert.deepEqual(heard, ['new_post', 'open', 'find'])
    window.webContents.beginsAnew()
    windows.command({ kind: 'back' })
    assert.equal(heard.length, 3)
    listens()
    assert.deepEqual(heard, ['new_post', 'open', 'find', 'back'])
    assert.throws(() => windows.command({ kind: 'open', path: 'https://evil/' }), /no page of the window/)
  })
})
