/** The documents that come with Homebird, and what they name: commands, variables, addresses, scripts. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Token, marked } from 'marked'

export const ROOT = join(import.meta.dirname, '..', '..')

export interface Document {
  /** Below the root. */
  readonly path: string
  readonly text: string
  /** What stands in code: spans as they are, blocks line by line. */
  readonly code: readonly string[]
  /** Where its links lead. */
  readonly links: readonly string[]
}

export const DOCUMENTS: readonly Document[] = [
  'README.md',
  ...globSync('{resources/*.md,resources/handbook/*.md,.github/*.md}', { cwd: ROOT }),
].map((path) => {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const tokens = allTokens(marked.lexer(text))
  return {
    path,
    text,
    code: tokens.flatMap((token) => codeOf(token)),
    links: tokens.flatMap((token) => (token.type === 'link' ? [String(token.href)] : [])),
  }
})

function allTokens(tokens: readonly Token[]): Token[] {
  const found: Token[] = []
  void marked.walkTokens([...tokens], (token) => {
    found.push(token)
  })
  return found
}

function codeOf(token: Token): string[] {
  if (token.type === 'codespan') return [String(token.text).replace(/\s+/g, ' ')]
  return token.type === 'code' ? String(token.text).split('\n') : []
}

/** Each with the document that names it. */
export function namedIn(pattern: RegExp): { readonly path: string; readonly name: string }[] {
  return DOCUMENTS.flatMap(({ path, text }) => [...text.matchAll(pattern)].map(([name]) => ({ path, name })))
}

/** Every text of the sources below some folders. */
export function sourcesOf(patterns: readonly string[]): string {
  return globSync(patterns, { cwd: ROOT })
    .map((path) => readFileSync(join(ROOT, path), 'utf8'))
    .join('\n')
}
