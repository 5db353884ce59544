/** What a rule of the shell is made of, and how it reads the tree of a file. */

export interface Breach {
  readonly rule: string
  readonly path: string
  readonly line: number
  readonly message: string
}

/** Of the tree that the parser gives: what a rule reads of it, it looks at first. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly [member: string]: unknown
}

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

export interface Rule {
  readonly name: string
  readonly appliesTo: (path: string) => boolean
  readonly begin: (file: RuleFile) => RuleVisit
}

export interface RuleFile {
  readonly path: string
  readonly report: (node: Node, message: string) => void
}

export interface RuleVisit {
  readonly visit: (node: Node, parent: Node | null) => void
  /** After the whole file. */
  readonly end?: (program: Node) => void
}

/** A member of the tree that is a node itself. */
export function part(node: Node | null, name: string): Node | null {
  const value = node?.[name]
  return isNode(value) ? value : null
}

export function parts(node: Node | null, name: string): readonly Node[] {
  const value = node?.[name]
  return Array.isArray(value) ? value.filter(isNode) : []
}

/** The name of an identifier, or the text of a literal; null for all else. */
export function nameOf(node: Node | null): string | null {
  if (node?.type === 'Identifier' && typeof node['name'] === 'string') return node['name']
  return node?.type === 'Literal' && typeof node['value'] === 'string' ? node['value'] : null
}

/** Of `a.b.c`, `a['c']` and `c`: `c`. */
export function lastName(node: Node | null): string | null {
  if (node === null) return null
  if (node.type === 'MemberExpression') {
    const property = part(node, 'property')
    return node['computed'] === true && property?.type !== 'Literal' ? null : nameOf(property)
  }
  if (node.type === 'ChainExpression') return lastName(part(node, 'expression'))
  return nameOf(node)
}

/** Of `a.b.c()`: `b`, whatever stands before it. */
export const ownerName = (callee: Node | null): string | null =>
  callee?.type === 'MemberExpression' ? lastName(part(callee, 'object')) : null

/** Text that stands in the source, with what is filled in left out. */
export function textOf(node: Node | null): string | null {
  if (node?.type === 'Literal' && typeof node['value'] === 'string') return node['value']
  if (node?.type !== 'TemplateElement') return null
  const { cooked } = node['value'] as { readonly cooked?: string | null }
  return cooked ?? null
}
