/**
 * What the source of the shell shows of its security: every rule that can be read from the tree of a file, for `electron/` and
 * what packs it. Run, it reads the checkout and tells each breach with its place.
 * @see security rules 88 to 98
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'
import { RULES } from './shell-rules/rules.ts'
import { checkPage } from './shell-rules/pages.ts'
import { type Breach, type Node, isNode } from './shell-rules/rule.ts'

const ROOT = join(import.meta.dirname, '..')

/** @param path  within the checkout, with `/` */
export function checkSource(path: string, code: string): readonly Breach[] {
  const { program, errors } = parseSync(path, code)
  const [first] = errors
  if (first !== undefined) return [{ rule: 'readable', path, line: 1, message: first.message }]
  const breaches: Breach[] = []
  const rules = RULES.filter(({ appliesTo }) => appliesTo(path))
  const visits = rules.map(({ name, begin }) =>
    begin({
      path,
      report: (node, message) => breaches.push({ rule: name, path, line: lineOf(code, node.start), message }),
    }),
  )
  walk(program as unknown as Node, null, (node, parent) => {
    for (const { visit } of visits) visit(node, parent)
  })
  for (const { end } of visits) end?.(program as unknown as Node)
  return breaches
}

function walk(node: Node, parent: Node | null, visit: (node: Node, parent: Node | null) => void): void {
  visit(node, parent)
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) walk(item, node, visit)
    } else if (isNode(value)) walk(value, node, visit)
  }
}

const lineOf = (code: string, offset: number): number => code.slice(0, offset).split('\n').length

/** Every file that is read, and those that have to be there. */
export function checkTree(root: string): readonly Breach[] {
  const breaches: Breach[] = []
  for (const path of globSync('{electron,build}/**/*.{ts,mjs,cjs}', { cwd: root })) {
    breaches.push(...checkSource(path.replaceAll('\\', '/'), readFileSync(join(root, path), 'utf8')))
  }
  for (const path of globSync('{electron/**/*.html,renderer/index.html}', { cwd: root })) {
    breaches.push(...checkPage(path.replaceAll('\\', '/'), readFileSync(join(root, path), 'utf8')))
  }
  return breaches
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const breaches = checkTree(ROOT)
  for (const { rule, path, line, message } of breaches) {
    process.stdout.write(`${path}:${line} ${message} (${rule})\n`)
  }
  process.exitCode = breaches.length === 0 ? 0 : 1
}
