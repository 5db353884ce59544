import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const ROOT = join(import.meta.dirname, '..', '..', '..', '..')
const LOCALES = ['en', 'de', 'ar'] as const

test('whatever the home does by itself has words in every language', () => {
  const files = globSync('server/domain/**/*.ts', { cwd: ROOT })
  const graphs = files.flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(/defineGraph\(\s*'(\w+)'/g)].map(([, name]) => name),
  )
  assert.ok(graphs.length > 30)
  for (const locale of LOCALES) {
    const path = join(ROOT, 'renderer', 'locales', locale, 'status.json')
    const words = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, string>>
    for (const graph of graphs) assert.ok(words[`work_graph.${graph}`], `${locale} ${graph}`)
  }
})
