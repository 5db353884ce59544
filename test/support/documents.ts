/** The documents that come with Homebird, taken apart: what stands in code, what in running text, and where links lead. */
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
  /** What stands outside of code. */
  readonly prose: readonly string[]
  /** What is set in italics, such as a name of the window. */
  readonly stressed: readonly string[]
  /** Where its links lead. */
  readonly links: readonly string[]
}

export const DOCUMENTS: readonly Document[] = [
  'README.md',
  ...globSync('{resources/*.md,resources/handbook/*.md,resources/changelog/*.md,.github/*.md}', {
    cwd: ROOT,
  }),
].map((path) => documentOf(path, readFileSync(join(ROOT, path), 'utf8')))

/** @param path  as whose text it counts */
export function documentOf(path: string, text: string): Document {
  const tokens = allTokens(marked.lexer(text))
  return {
    path,
    text,
    code: tokens.flatMap((token) => codeOf(token)),
    prose: tokens.flatMap((token) => proseOf(token)),
    stressed: tokens.flatMap((token) => (token.type === 'em' ? [oneLine(String(token.text))] : [])),
    links: tokens.flatMap((token) => (token.type === 'link' ? [String(token.href)] : [])),
  }
}

function allTokens(tokens: readonly Token[]): Token[] {
  const found: Token[] = []
  void marked.walkTokens([...tokens], (token) => {
    found.push(token)
  })
  return found
}

function codeOf(token: Token): string[] {
  if (token.type === 'codespan') return [oneLine(String(token.text))]
  return token.type === 'code' ? String(token.text).split('\n') : []
}

/** Text that holds further tokens is told by them. */
function proseOf(token: Token): string[] {
  if (token.type === 'html') return [String(token.text)]
  return token.type === 'text' && token.tokens === undefined ? [oneLine(String(token.text))] : []
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}

/** Every text of the sources below some folders, without what is only remarked there. */
export function sourcesOf(patterns: readonly string[]): string {
  return globSync(patterns, { cwd: ROOT })
    .map((path) => withoutRemarks(readFileSync(join(ROOT, path), 'utf8')))
    .join('\n')
}

/** By lines: nothing within a text of code is taken for a remark. */
function withoutRemarks(source: string): string {
  return source
    .split('\n')
    .filter((line) => !/^\s*(?:\/\/|\/\*|\*)/.test(line))
    .join('\n')
}
