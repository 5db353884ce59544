/** What is done in one file of the shell and in no other. */
import { type Node, type Rule, lastName, ownerName, part, textOf } from './rule.ts'

const isShell = (path: string): boolean => path.startsWith('electron/')

interface Place {
  readonly name: string
  /** Names of methods, as they are called. */
  readonly calls: readonly string[]
  /** Only of something that is named so. */
  readonly of?: readonly string[]
  readonly files: readonly string[]
}

const PLACES: readonly Place[] = [
  {
    name: 'external-links',
    calls: ['openExternal'],
    files: ['electron/windows/external-links.ts'],
  },
  {
    name: 'ipc-by-one-wrapper',
    calls: ['handle', 'handleOnce', 'on', 'once', 'addListener', 'off', 'removeHandler'],
    of: ['ipcMain', 'ipc', 'mainFrame', 'senderFrame'],
    files: ['electron/ipc/handle.ts'],
  },
  {
    name: 'window-open-handler',
    calls: ['setWindowOpenHandler'],
    files: ['electron/windows/navigation-policy.ts'],
  },
  {
    name: 'permission-handlers',
    calls: [
      'setPermissionRequestHandler',
      'setPermissionCheckHandler',
      'setDevicePermissionHandler',
      'setBluetoothPairingHandler',
      'setUSBProtectedClassesHandler',
      'setDisplayMediaRequestHandler',
      'onBeforeRequest',
    ],
    files: ['electron/windows/permission-policy.ts'],
  },
  {
    name: 'one-protocol',
    calls: ['registerSchemesAsPrivileged', 'handle', 'unhandle'],
    of: ['protocol'],
    files: ['electron/protocol/app-protocol.ts'],
  },
  {
    name: 'pages-by-the-factory',
    calls: ['loadURL'],
    files: ['electron/windows/window-factory.ts'],
  },
  {
    name: 'one-instance',
    calls: ['requestSingleInstanceLock'],
    files: ['electron/one-instance.ts'],
  },
]

/** Never called in the shell, wherever it is. */
const NEVER_CALLED: Readonly<Record<string, string>> = {
  loadFile: 'pages come from app://, never from a file (rule 89)',
  registerFileProtocol: 'pages come by protocol.handle alone (rule 89)',
  registerStreamProtocol: 'pages come by protocol.handle alone (rule 89)',
  registerStringProtocol: 'pages come by protocol.handle alone (rule 89)',
  registerBufferProtocol: 'pages come by protocol.handle alone (rule 89)',
  registerHttpProtocol: 'pages come by protocol.handle alone (rule 89)',
  interceptFileProtocol: 'no protocol of the system is taken over (rule 89)',
  interceptHttpProtocol: 'no protocol of the system is taken over (rule 89)',
  executeJavaScript: 'no script is put into a page (rule 89)',
  executeJavaScriptInIsolatedWorld: 'no script is put into a page (rule 89)',
  insertCSS: 'no style is put into a page (rule 89)',
  loadExtension: 'no extension reaches a page (rule 90)',
  setCertificateVerifyProc: 'certificates are judged by Chromium alone (rule 90)',
  setProxy: 'pages ask nobody outside (rule 90)',
  encryptString: 'use encryptStringAsync (rule 95)',
  decryptString: 'use decryptStringAsync (rule 95)',
  isEncryptionAvailable: 'use isAsyncEncryptionAvailable (rule 95)',
  setUsePlainTextEncryption: 'secrets are never kept plain without being said (rule 95)',
  eval: 'nothing is run that is not in the source (rule 89)',
}
function callOf(node: Node): { readonly name: string | null; readonly owner: string | null } | null {
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return null
  const callee = part(node, 'callee')
  return { name: lastName(callee), owner: ownerName(callee) }
}

const keptInPlace = ({ name, calls, of, files }: Place): Rule => ({
  name,
  appliesTo: (path) => isShell(path) && !files.includes(path),
  begin: ({ report }) => ({
    visit(node) {
      const call = callOf(node)
      if (call?.name === null || call === null || !calls.includes(call.name)) return
      if (of !== undefined && (call.owner === null || !of.includes(call.owner))) return
      report(node, `${call.name} is called in ${files.join(', ')} alone`)
    },
  }),
})

const WINDOW_KINDS: ReadonlySet<string> = new Set([
  'BrowserWindow',
  'BrowserView',
  'WebContentsView',
  'BaseWindow',
])
const FACTORY = 'electron/windows/window-factory.ts'

const isKind = (name: string | null): boolean => name !== null && WINDOW_KINDS.has(name)

/** `BrowserWindow: Other` and `const Other = parts.BrowserWindow`. */
function aliasIn(node: Node): string | null {
  if (node.type === 'Property' && isKind(lastName(part(node, 'key')))) return lastName(part(node, 'value'))
  if (node.type !== 'VariableDeclarator' || !isKind(lastName(part(node, 'init')))) return null
  return lastName(part(node, 'id'))
}

const oneFactory: Rule = {
  name: 'one-window-factory',
  appliesTo: (path) => isShell(path) && path !== FACTORY,
  begin: ({ report }) => {
    const kinds = new Set(WINDOW_KINDS)
    const made: Node[] = []
    return {
      visit(node) {
        const alias = aliasIn(node)
        if (alias !== null) kinds.add(alias)
        if (node.type === 'NewExpression') made.push(node)
        if (node.type === 'Property' && lastName(part(node, 'key')) === 'webPreferences') {
          report(node, `what a page may do is decided in ${FACTORY} alone (rule 88)`)
        }
      },
      end() {
        for (const node of made) {
          if (!kinds.has(lastName(part(node, 'callee')) ?? '')) continue
          report(node, `windows are made in ${FACTORY} alone (rule 88)`)
        }
      },
    }
  },
}

const oneHandler: Rule = {
  name: 'one-contents-handler',
  appliesTo: isShell,
  begin: ({ path, report }) => {
    let times = 0
    const home = 'electron/windows/navigation-policy.ts'
    return {
      visit(node) {
        if (textOf(node) !== 'web-contents-created') return
        times += 1
        if (path !== home || times > 1) report(node, `one handler in ${home} guards all contents (rule 90)`)
      },
      end(program) {
        if (path === home && times === 0)
          report(program, 'no handler guards the contents that are made (rule 90)')
      },
    }
  },
}

const neverCalled: Rule = {
  name: 'never-called',
  appliesTo: isShell,
  begin: ({ report }) => ({
    visit(node) {
      const name = callOf(node)?.name ?? null
      const why = name !== null && Object.hasOwn(NEVER_CALLED, name) ? NEVER_CALLED[name] : undefined
      if (why !== undefined) report(node, `${name}: ${why}`)
      if (node.type === 'NewExpression' && lastName(part(node, 'callee')) === 'Function') {
        report(node, 'nothing is run that is not in the source (rule 89)')
      }
    },
  }),
}

export const placeRules: readonly Rule[] = [...PLACES.map(keptInPlace), oneFactory, oneHandler, neverCalled]
