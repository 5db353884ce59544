import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { STYLE } from '../../../../server/http/pages/style/sheet.ts'
import { DARK, LIGHT } from '../../../../server/http/pages/style/tokens.ts'
import { contrastRatio, parseOklch } from '../../../support/colour.ts'

const WINDOW = join(import.meta.dirname, '..', '..', '..', '..', 'renderer', 'styles', 'tokens.css')
const css = readFileSync(WINDOW, 'utf8')

/** By name: `light-dark(<light>, <dark>)`. */
function shownBy(name: string): { readonly light: string | undefined; readonly dark: string | undefined } {
  const pair = `--${name}:\\s*light-dark\\(\\s*oklch\\(([^)]+)\\),\\s*oklch\\(([^)]+)\\)\\s*\\);`
  const [, light, dark] = new RegExp(pair).exec(css) ?? []
  return { light, dark }
}

const THEMES = { light: LIGHT, dark: DARK } as const

for (const theme of ['light', 'dark'] as const) {
  const tokens = THEMES[theme]
  test(`the pages have the colours of the window, ${theme}`, () => {
    for (const [name, value] of Object.entries(tokens)) {
      assert.equal(value, shownBy(name)[theme], name)
    }
  })

  test(`whatever is written on the pages can be read on every ground, ${theme}`, () => {
    const colour = (name: keyof typeof LIGHT) => parseOklch(`oklch(${tokens[name]})`)
    const least = (names: readonly (keyof typeof LIGHT)[], grounds: readonly (keyof typeof LIGHT)[]) =>
      Math.min(...names.flatMap((a) => grounds.map((b) => contrastRatio(colour(a), colour(b)))))
    const grounds = ['canvas', 'surface', 'sunken'] as const
    assert.ok(least(['text', 'text-2', 'text-3', 'accent', 'ok'], grounds) >= 4.5)
    assert.ok(least(['on-accent'], ['accent']) >= 4.5)
    assert.ok(least(['text', 'accent'], ['accent-soft']) >= 4.5)
    assert.ok(least(['control-edge', 'focus', 'accent', 'text-3'], grounds) >= 3)
  })
}

test('the style sheet knows inline and block, no colours but the tokens, nothing from elsewhere', () => {
  const rules = STYLE.replace(/@media[^{]*/g, '')
  const physical =
    /[;{](?:(?:margin|padding|border|inset|scroll-margin)-(?:left|right|top|bottom)|left|right|top|bottom|width|height|(?:min|max)-(?:width|height))\s*:|text-align:(?:left|right)|float:/
  assert.equal(physical.exec(rules), null)
  assert.doesNotMatch(STYLE, /#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(|url\(|@import|expression|<\//i)
})

test('the style sheet stays small, since every page carries it', () => {
  assert.ok(STYLE.length < 20_000, `${STYLE.length} bytes`)
})

test('every name that a rule uses is declared', () => {
  const declared = new Set([...STYLE.matchAll(/(--[\w-]+):/g)].map(([, name]) => name))
  for (const [, name] of STYLE.matchAll(/var\((--[\w-]+)/g)) assert.ok(declared.has(name), name)
})
