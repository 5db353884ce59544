/** Values that are written out, so that they can be read here, and those that are never written. */
import { type Node, type Rule, lastName, ownerName, part, parts, textOf } from './rule.ts'

const isShell = (path: string): boolean => path.startsWith('electron/')

/** Of `webPreferences`, each written out in the factory. */
const PREFERENCES: Readonly<Record<string, boolean>> = {
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
}

/** Wherever it stands, it is written with this value or not at all. */
const ONLY: Readonly<Record<string, boolean>> = {
  ...PREFERENCES,
  bypassCSP: false,
  allowServiceWorkers: false,
  corsEnabled: false,
  allowExtensions: false,
  allowDowngrade: false,
  disableWebInstaller: true,
  uploadToServer: false,
  shell: false,
}

/** Named at all, they open something. */
const NEVER_NAMED: ReadonlySet<string> = new Set([
  'enableBlinkFeatures',
  'nodeIntegrationInServiceWorker',
  'enableRemoteModule',
  'submitURL',
  'allowFileSystemStreaming',
  'disableHtmlFullscreenWindowResize',
])

function propertyOf(node: Node): { readonly key: string; readonly value: Node | null } | null {
  if (node.type === 'Property') {
    const key = lastName(part(node, 'key'))
    return key === null || node['computed'] === true ? null : { key, value: part(node, 'value') }
  }
  if (node.type !== 'AssignmentExpression') return null
  const target = part(node, 'left')
  const key = target?.type === 'MemberExpression' ? lastName(target) : null
  return key === null ? null : { key, value: part(node, 'right') }
}

const isLiteral = (node: Node | null, value: unknown): boolean =>
  node?.type === 'Literal' && node['value'] === value

const fixedValues: Rule = {
  name: 'fixed-values',
  appliesTo: isShell,
  begin: ({ report }) => ({
    visit(node, parent) {
      const property = parent?.type === 'ObjectPattern' ? null : propertyOf(node)
      if (property === null) return
      const { key, value } = property
      // `{ shell }` hands on Electron's own part of that name.
      if (key === 'shell' && value?.type !== 'Literal') return
      if (Object.hasOwn(ONLY, key) && !isLiteral(value, ONLY[key])) {
        report(node, `${key} is written as ${String(ONLY[key])} or not at all`)
      }
      if (NEVER_NAMED.has(key)) report(node, `${key} is not used in the shell`)
    },
  }),
}

const FACTORY = 'electron/windows/window-factory.ts'

const wholePreferences: Rule = {
  name: 'whole-preferences',
  appliesTo: (path) => path === FACTORY,
  begin: ({ report }) => {
    let isFound = false
    return {
      visit(node) {
        if (node.type !== 'ObjectExpression') return
        const properties = parts(node, 'properties')
        const named = new Map(properties.map((property) => [lastName(part(property, 'key')), property]))
        if (!named.has('contextIsolation')) return
        isFound = true
        for (const [key, value] of Object.entries(PREFERENCES)) {
          if (isLiteral(part(named.get(key) ?? null, 'value'), value)) continue
          report(node, `${key}: ${String(value)} is written out for every window (rule 88)`)
        }
        if (properties.some(({ type }) => type === 'SpreadElement')) {
          report(node, 'what a page may do is written out whole, and nothing is spread into it (rule 88)')
        }
      },
      end(program) {
        if (!isFound) report(program, 'the preferences of windows are written out here (rule 88)')
      },
    }
  },
}

/** Of Chromium's command line. */
const OPENING_SWITCH =
  /^(?:no-sandbox|disable-web-security|disable-site-isolation-trials|allow-file-access|allow-running-insecure-content|ignore-certificate-errors|remote-debugging-(?:port|pipe|address)|inspect|js-flags|disable-features|unsafely-treat-insecure-origin-as-secure)/

const texts: Rule = {
  name: 'texts',
  appliesTo: isShell,
  begin: ({ report }) => ({
    visit(node, parent) {
      const text = textOf(node)
      if (text === null) return
      if (/^file:/i.test(text)) report(node, 'nothing is named by file: (rule 89)')
      if (/^(?:javascript|vbscript):/i.test(text)) report(node, 'no address is a script (rule 89)')
      const callee = parent?.type === 'CallExpression' ? lastName(part(parent, 'callee')) : null
      if (
        (callee === 'appendSwitch' || callee === 'appendArgument') &&
        OPENING_SWITCH.test(text.replace(/^--/, ''))
      ) {
        report(node, `${text} opens what the sandbox closes (rule 88)`)
      }
    },
  }),
}

const COMPARING: ReadonlySet<string> = new Set([
  'startsWith',
  'endsWith',
  'includes',
  'indexOf',
  'match',
  'search',
])

const parsedAddresses: Rule = {
  name: 'parsed-addresses',
  appliesTo: isShell,
  begin: ({ report }) => ({
    visit(node) {
      if (node.type !== 'CallExpression' || !COMPARING.has(lastName(part(node, 'callee')) ?? '')) return
      const compared = parts(node, 'arguments').map(textOf)
      if (compared.some((text) => text !== null && /:\/\/|^(?:https?|app|blob|data|mailto):/.test(text))) {
        report(node, 'addresses are compared part by part, as the URL parser gives them (rule 90)')
      }
    },
  }),
}

/** Modules, and names of `node:child_process` that start a shell or a child that is none of the launcher's. */
const REFUSED_MODULES: Readonly<Record<string, string>> = {
  'node:vm': 'nothing is run that is not in the source (rule 89)',
  vm: 'nothing is run that is not in the source (rule 89)',
  '@electron/remote': 'no page reaches into the shell (rule 92)',
  'node:inspector': 'the shell is not looked into (rule 93)',
}
const REFUSED_STARTS: ReadonlySet<string> = new Set(['exec', 'execSync', 'fork'])

const processes: Rule = {
  name: 'processes',
  appliesTo: isShell,
  begin: ({ report }) => ({
    visit(node) {
      if (node.type !== 'ImportDeclaration' && node.type !== 'ImportExpression') return
      const module = textOf(part(node, 'source')) ?? ''
      const why = Object.hasOwn(REFUSED_MODULES, module) ? REFUSED_MODULES[module] : undefined
      if (why !== undefined) report(node, `${module}: ${why}`)
      if (!/^(?:node:)?child_process$/.test(module)) return
      const specifiers = parts(node, 'specifiers')
      if (node.type === 'ImportExpression' || specifiers.some(({ type }) => type !== 'ImportSpecifier')) {
        report(node, 'name what is taken of child_process (rule 94)')
      }
      for (const specifier of specifiers) {
        const name = lastName(part(specifier, 'imported'))
        if (name !== null && REFUSED_STARTS.has(name)) {
          report(
            specifier,
            `${name} starts a shell, or a child that the launcher does not know (rules 93 and 94)`,
          )
        }
      }
    },
  }),
}

/** What a file has to do, or it is not the file that it is. */
const DUTIES: Readonly<Record<string, readonly (readonly [owner: string, method: string, why: string])[]>> = {
  'electron/shell.ts': [['app', 'enableSandbox', 'every process of a page is sandboxed (rule 88)']],
  'electron/one-instance.ts': [
    ['app', 'requestSingleInstanceLock', 'the lock comes first (rule 96)'],
    ['app', 'exit', 'whoever loses the lock ends at once (rule 96)'],
  ],
}

const duties: Rule = {
  name: 'duties',
  appliesTo: (path) => Object.hasOwn(DUTIES, path),
  begin: ({ path, report }) => {
    const done = new Set<string>()
    return {
      visit(node) {
        if (node.type !== 'CallExpression') return
        const callee = part(node, 'callee')
        done.add(`${ownerName(callee)}.${lastName(callee)}`)
      },
      end(program) {
        for (const [owner, method, why] of DUTIES[path] ?? []) {
          if (!done.has(`${owner}.${method}`)) report(program, `${owner}.${method} is called here: ${why}`)
        }
      },
    }
  },
}

/** Every fuse of Electron, on or off on purpose. @see security rule 93 */
const FUSES: Readonly<Record<string, boolean>> = {
  RunAsNode: false,
  EnableCookieEncryption: true,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  GrantFileProtocolExtraPrivileges: false,
}

const fuses: Rule = {
  name: 'fuses',
  appliesTo: (path) => path.endsWith('/fuses.ts'),
  begin: ({ report }) => {
    const set = new Map<string, Node | null>()
    let isStrict = false
    return {
      visit(node) {
        if (node.type !== 'Property') return
        const key = part(node, 'key')
        if (node['computed'] === true && ownerName(key) === 'FuseV1Options') {
          set.set(lastName(key) ?? '', part(node, 'value'))
        }
        if (lastName(key) === 'strictlyRequireAllFuses') isStrict = isLiteral(part(node, 'value'), true)
      },
      end(program) {
        for (const [name, value] of Object.entries(FUSES)) {
          if (!isLiteral(set.get(name) ?? null, value))
            report(program, `the fuse ${name} is ${value ? 'on' : 'off'} (rule 93)`)
        }
        if (!isStrict) report(program, 'strictlyRequireAllFuses is on (rule 93)')
      },
    }
  },
}

export const valueRules: readonly Rule[] = [
  fixedValues,
  wholePreferences,
  texts,
  parsedAddresses,
  processes,
  duties,
  fuses,
]
