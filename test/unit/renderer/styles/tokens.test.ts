import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { contrastRatio, parseOklch } from '../../../support/colour.ts'

const RENDERER = join(import.meta.dirname, '..', '..', '..', '..', 'renderer')
const tokens = readFileSync(join(RENDERER, 'styles', 'tokens.css'), 'utf8')

/** Each colour is written once, for both: `light-dark(<light>, <dark>)`. */
function themes(): Record<'light' | 'dark', Map<string, string>> {
  const pairs = [
    ...tokens.matchAll(/--([\w-]+):\s*light-dark\(\s*(oklch\([^)/]+\))\s*,\s*(oklch\([^)/]+\))\s*\)\s*;/g),
  ]
  return {
    light: new Map(pairs.map(([, name = '', light = '']) => [name, light])),
    dark: new Map(pairs.map(([, name = '', , dark = '']) => [name, dark])),
  }
}

const GROUNDS = ['canvas', 'surface', 'sunken']
const TEXTS = ['text', 'text-2', 'text-3', 'accent', 'boost', 'ok', 'favourite', 'warn', 'danger']

for (const [theme, colours] of Object.entries(themes())) {
  const ratio = (a: string, b: string): number => {
    const [one, other] = [colours.get(a), colours.get(b)]
    assert.ok(one !== undefined && other !== undefined, `${theme} lacks --${a} or --${b}`)
    return contrastRatio(parseOklch(one), parseOklch(other))
  }

  test(`every text colour can be read on every ground, ${theme}`, () => {
    for (const text of TEXTS) {
      for (const ground of GROUNDS) {
        assert.ok(ratio(text, ground) >= 4.5, `${text} on ${ground}: ${ratio(text, ground).toFixed(2)}`)
      }
    }
    assert.ok(ratio('on-accent', 'accent') >= 4.5, `on-accent on accent: ${ratio('on-accent', 'accent')}`)
    for (const text of ['text', 'text-2']) {
      assert.ok(ratio(text, 'accent-soft') >= 4.5, `${text} on accent-soft: ${ratio(text, 'accent-soft')}`)
    }
  })

  test(`edges of controls and the focus ring can be seen, ${theme}`, () => {
    for (const edge of ['control-edge', 'focus']) {
      for (const ground of GROUNDS) {
        assert.ok(ratio(edge, ground) >= 3, `${edge} on ${ground}: ${ratio(edge, ground).toFixed(2)}`)
      }
    }
  })
}

test('the computation agrees with known contrasts', () => {
  const [white, black] = [parseOklch('oklch(1 0 0)'), parseOklch('oklch(0 0 0)')]
  assert.equal(contrastRatio(white, black).toFixed(2), '21.00')
  // sRGB #777777, which is known for failing by a hair.
  assert.equal(contrastRatio(parseOklch('oklch(0.5693 0 0)'), white).toFixed(1), '4.5')
})

const styleSheets = readdirSync(RENDERER, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.css') && !entry.parentPath.includes('dist'))
  .map((entry) => join(entry.parentPath, entry.name))

/** Sides of the page and of the screen, which a mirrored page turns round. */
const PHYSICAL =
  /(?:^|[\s;{])(?:margin|padding|border|inset|scroll-margin)-(?:left|right|top|bottom)|(?:^|[\s;{])(?:left|right|top|bottom|width|height|min-width|max-width|min-height|max-height)\s*:|text-align:\s*(?:left|right)|float:/m

test('style sheets know inline and block, and no left and right', () => {
  assert.ok(styleSheets.length > 10)
  for (const file of styleSheets) {
    const css = readFileSync(file, 'utf8')
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/@media[^{]*/g, '')
    const found = PHYSICAL.exec(css)
    assert.equal(found, null, `${file}: ${found?.[0].trim()}`)
  }
})

test('colours come from the tokens', () => {
  for (const file of styleSheets.filter((one) => !one.endsWith('tokens.css'))) {
    const named = /#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(/i.exec(
      readFileSync(file, 'utf8')
        .replace(/\/\*[\s\S]*?\*\//g, '')
        .replace(/mask-image:[^;]*/g, ''),
    )
    assert.equal(named, null, `${file}: ${named?.[0]}`)
  }
})
