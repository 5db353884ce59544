import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { checkSource, checkTree } from '../../../build/shell-rules.ts'
import { checkPage } from '../../../build/shell-rules/pages.ts'
import { RULES } from '../../../build/shell-rules/rules.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const ROOM = 'electron/shell/room.ts'
const PRELOAD = 'electron/preload/preload.ts'
const FACTORY = 'electron/windows/window-factory.ts'
const NAVIGATION = 'electron/windows/navigation-policy.ts'

/** Of each rule: sources that break it, by their path. */
const BROKEN: Readonly<Record<string, readonly (readonly [path: string, code: string])[]>> = {
  readable: [[ROOM, 'const = 1']],
  'external-links': [
    [ROOM, 'shell.openExternal(url)'],
    [ROOM, "parts.shell['openExternal'](url)"],
    [ROOM, 'electron?.shell?.openExternal(url)'],
  ],
  'ipc-by-one-wrapper': [
    [ROOM, "ipcMain.handle('x', act)"],
    [ROOM, "parts.ipcMain.on('x', act)"],
    [ROOM, "contents.ipc.once('x', act)"],
    [ROOM, "event.senderFrame.ipc.handle('x', act)"],
  ],
  'window-open-handler': [[ROOM, "contents.setWindowOpenHandler(() => ({ action: 'allow' }))"]],
  'permission-handlers': [
    [ROOM, 'session.setPermissionRequestHandler(null)'],
    [ROOM, 'session.setDevicePermissionHandler(() => true)'],
    [ROOM, 'session.webRequest.onBeforeRequest(null)'],
  ],
  'one-protocol': [
    [ROOM, "protocol.handle('other', answer)"],
    [ROOM, 'parts.protocol.registerSchemesAsPrivileged([])'],
  ],
  'pages-by-the-factory': [[ROOM, "window.loadURL('app://homebird/')"]],
  'one-instance': [[ROOM, 'app.requestSingleInstanceLock()']],
  'one-window-factory': [
    [ROOM, 'new BrowserWindow({})'],
    [ROOM, 'new parts.BrowserWindow({})'],
    [ROOM, 'new WebContentsView()'],
    [ROOM, 'const { BrowserWindow: Other } = parts; new Other()'],
    [ROOM, 'const Other = parts.BrowserWindow; new Other()'],
    [ROOM, 'const options = { webPreferences: {} }'],
  ],
  'one-contents-handler': [
    [ROOM, "app.on('web-contents-created', guard)"],
    [NAVIGATION, 'export const nothing = 1'],
    [NAVIGATION, "app.on('web-contents-created', a); app.on('web-contents-created', b)"],
  ],
  'never-called': [
    [ROOM, "window.loadFile('x.html')"],
    [ROOM, "contents.executeJavaScript('1')"],
    [ROOM, "eval('1')"],
    [ROOM, "new Function('1')"],
    [ROOM, 'safeStorage.encryptString(text)'],
    [ROOM, 'safeStorage.decryptString(bytes)'],
    [ROOM, 'session.setCertificateVerifyProc(check)'],
    [ROOM, "protocol.registerFileProtocol('x', serve)"],
  ],
  'fixed-values': [
    [ROOM, 'const a = { sandbox: false }'],
    [ROOM, 'const a = { sandbox }'],
    [ROOM, 'const a = { "contextIsolation": false }'],
    [ROOM, 'preferences.nodeIntegration = true'],
    [ROOM, 'const a = { webviewTag: isAllowed }'],
    [ROOM, 'const a = { bypassCSP: true }'],
    [ROOM, 'const a = { allowServiceWorkers: true }'],
    [ROOM, 'updater.allowDowngrade = true'],
    [ROOM, 'crashReporter.start({ uploadToServer: true })'],
    [ROOM, "crashReporter.start({ submitURL: 'https://x' })"],
    [ROOM, "spawn('ls', [], { shell: true })"],
    [ROOM, "const a = { enableBlinkFeatures: 'x' }"],
  ],
  'whole-preferences': [
    [FACTORY, 'export const nothing = 1'],
    [FACTORY, 'const preferences = { contextIsolation: true, sandbox: true }'],
    [FACTORY, readFactory().replace('contextIsolation: true,', 'contextIsolation: true, ...more,')],
    [FACTORY, readFactory().replace('webSecurity: true,', '')],
  ],
  texts: [
    [ROOM, "const a = 'file:///tmp/x'"],
    [ROOM, 'const a = `file://${path}`'],
    [ROOM, "const a = 'javascript:1'"],
    [ROOM, "app.commandLine.appendSwitch('no-sandbox')"],
    [ROOM, "app.commandLine.appendSwitch('remote-debugging-port', '9222')"],
    [ROOM, "app.commandLine.appendArgument('--disable-web-security')"],
  ],
  'parsed-addresses': [
    [ROOM, "if (url.startsWith('https://')) open(url)"],
    [ROOM, "if (url.includes('app://homebird')) go()"],
    [ROOM, "if (url.indexOf('https:') === 0) go()"],
    [ROOM, "if (url?.startsWith('mailto:')) go()"],
  ],
  processes: [
    [ROOM, "import { exec } from 'node:child_process'"],
    [ROOM, "import { fork as start } from 'child_process'"],
    [ROOM, "import * as processes from 'node:child_process'"],
    [ROOM, "const it = await import('node:child_process')"],
    [ROOM, "import vm from 'node:vm'"],
    [ROOM, "import { enable } from '@electron/remote'"],
  ],
  duties: [
    ['electron/shell.ts', 'export const nothing = 1'],
    ['electron/one-instance.ts', 'app.requestSingleInstanceLock()'],
  ],
  fuses: [
    ['build/packaging/fuses.ts', 'export const FUSES = {}'],
    [
      'build/packaging/fuses.ts',
      fuses().replace('[FuseV1Options.RunAsNode]: false', '[FuseV1Options.RunAsNode]: true'),
    ],
    ['build/packaging/fuses.ts', fuses().replace('[FuseV1Options.OnlyLoadAppFromAsar]: true,', '')],
    [
      'build/packaging/fuses.ts',
      fuses().replace('strictlyRequireAllFuses: true', 'strictlyRequireAllFuses: false'),
    ],
  ],
  'renderer-stays-inside': [
    [ROOM, 'ipcRenderer.send(CALLS.a)'],
    [PRELOAD, 'const all = { ipcRenderer }'],
    [PRELOAD, 'use(ipcRenderer)'],
    [PRELOAD, 'ipcRenderer[name](CALLS.a)'],
    [PRELOAD, 'ipcRenderer.postMessage(CALLS.a)'],
    [PRELOAD, 'const { invoke } = ipcRenderer'],
  ],
  'fixed-channels': [
    [PRELOAD, 'const ask = (channel) => ipcRenderer.invoke(channel)'],
    [PRELOAD, 'const ask = (name) => ipcRenderer.invoke(`main:${name}`)'],
    [PRELOAD, 'const ask = (name) => ipcRenderer.invoke(CALLS[name])'],
    [PRELOAD, 'ipcRenderer.send(...message)'],
  ],
  'event-stays-inside': [
    [PRELOAD, 'ipcRenderer.on(EVENTS.a, tell)'],
    [PRELOAD, 'ipcRenderer.on(EVENTS.a, (event, value) => tell(value))'],
    [PRELOAD, 'const listener = (_event, value) => tell(_event.sender)'],
    [PRELOAD, 'const listener = (event) => tell(event)'],
  ],
  'named-bridges': [
    [PRELOAD, "contextBridge.exposeInMainWorld('electron', bridge)"],
    [PRELOAD, 'contextBridge.exposeInMainWorld(name, bridge)'],
    [PRELOAD, "contextBridge.exposeInIsolatedWorld(7, 'homebirdDesktop', bridge)"],
    [ROOM, "contextBridge.exposeInMainWorld('homebirdDesktop', bridge)"],
  ],
  'lean-preloads': [
    [PRELOAD, "import { webFrame } from 'electron'"],
    [PRELOAD, "import { ipcRenderer as line } from 'electron'"],
    [PRELOAD, "import electron from 'electron'"],
    [PRELOAD, "import { readFileSync } from 'node:fs'"],
  ],
}

suite('the rules of the shell', () => {
  test('each has sources that break it, and breaks on every one of them', () => {
    const names = [...RULES.map(({ name }) => name), 'readable']
    assert.deepEqual(Object.keys(BROKEN).toSorted(), [...new Set(names)].toSorted())
    for (const [rule, sources] of Object.entries(BROKEN)) {
      for (const [path, code] of sources) {
        const found = checkSource(path, code).map((breach) => breach.rule)
        assert.ok(
          found.includes(rule),
          `${rule}: ${code.slice(0, 200)} gave ${found.join(', ') || 'nothing'}`,
        )
      }
    }
  })

  test('what is written as it should be passes', () => {
    const good: readonly (readonly [string, string])[] = [
      [FACTORY, readFactory()],
      ['build/packaging/fuses.ts', fuses()],
      [ROOM, "import { spawn } from 'node:child_process'; spawn(program, ['-a'], { shell: false })"],
      [ROOM, 'const parts = { shell, BrowserWindow }; const { shell: system } = parts'],
      [ROOM, 'const { BrowserWindow: windows } = parts; windows.getAllWindows()'],
      [ROOM, "if (url.protocol === 'https:' && name.startsWith('@')) windows.show()"],
      [PRELOAD, 'ipcRenderer.on(EVENTS.a, (_event, value) => tell(value))'],
      [PRELOAD, 'ipcRenderer.invoke(`main:${CALLS.a}`, value)'],
      [PRELOAD, 'ipcRenderer.send(LISTENS)'],
      [
        PRELOAD,
        "import { contextBridge, ipcRenderer } from 'electron'; import type { IpcRendererEvent } from 'electron'",
      ],
      // Elsewhere these are nobody's business.
      ['build/tool.ts', "import { fork } from 'node:child_process'; eval('1')"],
    ]
    for (const [path, code] of good) assert.deepEqual(checkSource(path, code), [], code.slice(0, 200))
  })

  test('pages hold no script or style, and name nothing outside', () => {
    const broken = [
      '<script>1</script>',
      '<style>p{}</style>',
      '<p style="color:red">',
      '<p onclick="1">',
      '<iframe src="x"></iframe>',
      '<base href="/">',
      '<script src="https://x/y.js"></script>',
      '<img src="//x/y.png">',
      '<a href=" javascript:1">x</a>',
    ]
    for (const html of broken) assert.equal(checkPage('p.html', html).length > 0, true, html)
    const good =
      '<!doctype html><link rel="stylesheet" href="/a.css"><script type="module" src="./a.js"></script>'
    assert.deepEqual(checkPage('p.html', good), [])
  })

  test('a tree is read whole, and each breach has its place', async (t) => {
    const root = await mkdtemp(join(tmpdir(), 'hb-rules-'))
    t.after(async () => rm(root, { recursive: true, force: true }))
    await mkdir(join(root, 'electron', 'windows'), { recursive: true })
    await writeFile(join(root, 'electron', 'windows', 'room.ts'), '\n\nshell.openExternal(url)\n')
    await writeFile(join(root, 'electron', 'windows', 'page.html'), '<script>1</script>')
    const found = checkTree(root).map(({ path, line, rule }) => `${path}:${line} ${rule}`)
    assert.deepEqual(found, [
      'electron/windows/room.ts:3 external-links',
      'electron/windows/page.html:1 pages',
    ])
  })
})

function readFactory(): string {
  return readFileSync(join(ROOT, FACTORY), 'utf8')
}

function fuses(): string {
  return `export const FUSES = {
    [FuseV1Options.RunAsNode]: false,
    [FuseV1Options.EnableCookieEncryption]: true,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: false,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
    [FuseV1Options.OnlyLoadAppFromAsar]: true,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  }
  flipFuses(binary, { strictlyRequireAllFuses: true, ...FUSES })`
}
