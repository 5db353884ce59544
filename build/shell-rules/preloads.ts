/** What a preload script hands to its page: named functions for named channels, and nothing of Electron. @see security rule 92 */
import { type Node, type Rule, lastName, nameOf, ownerName, part, parts, textOf } from './rule.ts'

const isPreload = (path: string): boolean => path.startsWith('electron/preload/')
const BRIDGES: ReadonlySet<string> = new Set(['homebirdDesktop', 'homebirdStart'])
const SENDING: ReadonlySet<string> = new Set(['invoke', 'send', 'on', 'once', 'off', 'removeListener'])

const rendererStaysInside: Rule = {
  name: 'renderer-stays-inside',
  appliesTo: (path) => path.startsWith('electron/'),
  begin: ({ path, report }) => ({
    visit(node, parent) {
      if (nameOf(node) !== 'ipcRenderer' || node.type !== 'Identifier' || parent?.type === 'ImportSpecifier')
        return
      if (!isPreload(path)) report(node, 'ipcRenderer is for preload scripts alone')
      const isCallee = parent?.type === 'MemberExpression' && part(parent, 'object') === node
      if (!isCallee || parent['computed'] === true) report(node, 'ipcRenderer is called, never handed on')
      else if (!SENDING.has(lastName(parent) ?? ''))
        report(node, `ipcRenderer.${lastName(parent)} is not used`)
    },
  }),
}

const CONSTANT = /^[A-Z][A-Z\d_]+$/

/** A text, a text with constants of ours filled in, or such a constant: nothing that a page could have given. */
function isFixed(channel: Node | null): boolean {
  if (channel === null) return false
  if (textOf(channel) !== null) return true
  if (channel.type === 'TemplateLiteral') return parts(channel, 'expressions').every(isFixed)
  if (channel.type === 'Identifier') return CONSTANT.test(nameOf(channel) ?? '')
  if (channel.type !== 'MemberExpression' || channel['computed'] === true) return false
  return CONSTANT.test(ownerName(channel) ?? '')
}

const fixedChannels: Rule = {
  name: 'fixed-channels',
  appliesTo: isPreload,
  begin: ({ report }) => ({
    visit(node) {
      if (node.type !== 'CallExpression') return
      const callee = part(node, 'callee')
      if (ownerName(callee) !== 'ipcRenderer') return
      const [channel = null] = parts(node, 'arguments')
      if (!isFixed(channel)) report(node, 'a channel is a name in the source, not one that a page could give')
    },
  }),
}

const FUNCTIONS: ReadonlySet<string> = new Set([
  'ArrowFunctionExpression',
  'FunctionExpression',
  'FunctionDeclaration',
])

/** Listeners are written `(_event, value) => …`: the event holds the sender, and through it everything. */
const eventStaysInside: Rule = {
  name: 'event-stays-inside',
  appliesTo: isPreload,
  begin: ({ report }) => ({
    visit(node) {
      if (FUNCTIONS.has(node.type)) {
        const [first] = parts(node, 'params')
        const name = nameOf(first ?? null)
        if (name !== null && /event/i.test(name) && uses(part(node, 'body'), name)) {
          report(node, 'the event of a message is not used and not handed on')
        }
        return
      }
      if (node.type !== 'CallExpression' || ownerName(part(node, 'callee')) !== 'ipcRenderer') return
      const method = lastName(part(node, 'callee'))
      if (method !== 'on' && method !== 'once') return
      const listener = parts(node, 'arguments')[1]
      const isOwn = listener?.type === 'Identifier' && nameOf(listener) === 'listener'
      const first = FUNCTIONS.has(listener?.type ?? '')
        ? nameOf(parts(listener ?? null, 'params')[0] ?? null)
        : null
      if (!isOwn && first !== '_event') {
        report(node, 'a listener of ours stands between the message and the page: (_event, value) => …')
      }
    },
  }),
}

function uses(node: Node | null, name: string): boolean {
  if (node === null) return false
  if (node.type === 'Identifier' && nameOf(node) === name) return true
  return Object.values(node).some((value) =>
    Array.isArray(value)
      ? value.some((item) => isTree(item) && uses(item, name))
      : isTree(value) && uses(value, name),
  )
}

const isTree = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value

const namedBridges: Rule = {
  name: 'named-bridges',
  appliesTo: (path) => path.startsWith('electron/'),
  begin: ({ path, report }) => ({
    visit(node) {
      if (node.type !== 'CallExpression') return
      const method = lastName(part(node, 'callee')) ?? ''
      if (!method.startsWith('exposeIn')) return
      const [name = null] = parts(node, 'arguments')
      const isKnown = method === 'exposeInMainWorld' && BRIDGES.has(textOf(name) ?? '')
      if (!isPreload(path) || !isKnown)
        report(node, `a preload puts ${[...BRIDGES].join(' or ')} into its page and nothing else`)
    },
  }),
}

/** What a sandboxed preload script may take of Electron. */
const TAKEN: ReadonlySet<string> = new Set(['contextBridge', 'ipcRenderer'])

const leanPreloads: Rule = {
  name: 'lean-preloads',
  appliesTo: isPreload,
  begin: ({ report }) => ({
    visit(node) {
      if (node.type !== 'ImportDeclaration' || node['importKind'] === 'type') return
      const module = textOf(part(node, 'source')) ?? ''
      if (module.startsWith('node:')) report(node, 'a sandboxed script has no modules of Node')
      if (module !== 'electron') return
      for (const specifier of parts(node, 'specifiers')) {
        const name = lastName(part(specifier, 'imported'))
        const isRenamed = name !== lastName(part(specifier, 'local'))
        if (name === null || !TAKEN.has(name) || isRenamed) {
          report(specifier, `a preload takes ${[...TAKEN].join(' and ')} of Electron, under their names`)
        }
      }
    },
  }),
}

export const preloadRules: readonly Rule[] = [
  rendererStaysInside,
  fixedChannels,
  eventStaysInside,
  namedBridges,
  leanPreloads,
]
