/** Icons are written in pixels by their library; the styles make each size grow with the letters. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const RENDERER = join(import.meta.dirname, '..', '..', '..', '..', 'renderer')

test('every size in which an icon is drawn grows with the size of the letters', () => {
  const base = readFileSync(join(RENDERER, 'styles', 'base.css'), 'utf8')
  const sizes = new Set(
    globSync('**/*.tsx', { cwd: RENDERER }).flatMap((file) =>
      [...readFileSync(join(RENDERER, file), 'utf8').matchAll(/<(?!Bird)[A-Z]\w* [^>]*size=\{(\d+)\}/g)].map(
        ([, size = '']) => Number(size),
      ),
    ),
  )
  assert.ok(sizes.has(18))
  for (const size of sizes) {
    const rule = `svg.lucide[width='${size}'] {\n    inline-size: ${size / 16}rem;\n    block-size: ${size / 16}rem;\n  }`
    assert.ok(base.includes(rule), `icons of ${size} pixels have no rule in base.css`)
  }
})
