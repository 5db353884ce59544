import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { compileMessage } from '@lingui/message-utils/compileMessage'
import { LOCALES, type Locale, chooseLocale, directionOf } from '../../../../renderer/i18n/choose-locale.ts'
import { createText } from '../../../../renderer/i18n/i18n.ts'
import { DEFAULT_KEYS, KEY_GROUPS } from '../../../../renderer/keys/keymap.ts'

const RENDERER = join(import.meta.dirname, '..', '..', '..', '..', 'renderer')

/** All parts as one. */
function catalogue(locale: Locale): Record<string, string> {
  return Object.assign({}, ...partsOf(locale).map((part) => wordsOf(locale, part))) as Record<string, string>
}

function partsOf(locale: Locale): string[] {
  return readdirSync(join(RENDERER, 'locales', locale))
    .map((name) => name.replace(/\.json$/, ''))
    .sort()
}

function wordsOf(locale: Locale, part: string): Record<string, string> {
  const file = join(RENDERER, 'locales', locale, `${part}.json`)
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
}

const english = catalogue('en')
const sources = readdirSync(RENDERER, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.parentPath.includes('dist'))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  .join('\n')

function textOf(locale: Locale) {
  const messages = Object.entries(catalogue(locale)).map(
    ([id, message]) => [id, compileMessage(message)] as const,
  )
  return createText(locale, Object.fromEntries(messages))
}

test('every language has every message in the same part, and none that English lacks', () => {
  for (const locale of LOCALES) {
    assert.deepEqual(partsOf(locale), partsOf('en'), locale)
    for (const part of partsOf('en')) {
      const ids = (one: Locale): string[] => Object.keys(wordsOf(one, part)).sort()
      assert.deepEqual(ids(locale), ids('en'), `${locale} ${part}`)
    }
  }
})

test('no message stands in two parts', () => {
  const ids = partsOf('en').flatMap((part) => Object.keys(wordsOf('en', part)))
  assert.deepEqual(
    ids.filter((id, place) => ids.indexOf(id) !== place),
    [],
  )
})

test('every message is used, whole or by a name that is put together', () => {
  const parts = [...sources.matchAll(/t\(`([\w.]*)\$\{[^}]*\}([\w.]*)`/g)].map(
    ([, start = '', end = '']) => new RegExp(`^${start.replaceAll('.', '\\.')}\\w+${end}$`),
  )
  const unused = Object.keys(english).filter(
    (id) => !sources.includes(`'${id}'`) && !parts.some((part) => part.test(id)),
  )
  assert.deepEqual(unused, [])
})

/** Words of those who run machines; a token is one where it is made by hand. */
const OF_MACHINES = /\b(?:instances?|workers?|daemons?|jobs?|containers?|endpoints?|tokens?)\b/i

test('no message speaks of machines to a person', () => {
  for (const [id, message] of Object.entries(catalogue('en'))) {
    if (id.startsWith('security.token') || id.startsWith('row_also.')) continue
    assert.doesNotMatch(message.replaceAll('for instance', ''), OF_MACHINES, id)
  }
})

test('no message is empty, shouts, blames or begs', () => {
  for (const locale of LOCALES) {
    for (const [id, message] of Object.entries(catalogue(locale))) {
      assert.ok(message.trim() !== '', `${locale} ${id} is empty`)
      assert.doesNotMatch(message, /!|\bOops\b|\bplease\b/i, `${locale} ${id}`)
    }
  }
})

/** Names in braces, in any order; plural branches may leave their own number out. */
function argumentsOf(message: string): string[] {
  return [...new Set([...message.matchAll(/\{(\w+)(?=[,}])/g)].map(([, name = '']) => name))].sort()
}

test('a translation speaks of the same things', () => {
  for (const locale of LOCALES) {
    const translated = catalogue(locale)
    for (const [id, message] of Object.entries(english)) {
      const isPlural = (text: string): boolean => text.includes(', plural,')
      const wanted = argumentsOf(isPlural(message) ? message.replace(/\{[^{}]*\}/g, '') : message)
      const given = argumentsOf(translated[id] ?? '')
      for (const name of wanted) assert.ok(given.includes(name), `${locale} ${id} does not use {${name}}`)
    }
  }
})

test('plurals have every form that the language knows', () => {
  for (const locale of LOCALES) {
    const forms = new Intl.PluralRules(locale).resolvedOptions().pluralCategories
    for (const [id, message] of Object.entries(catalogue(locale))) {
      const plurals = message.split(', plural,').length - 1
      for (const form of plurals === 0 ? [] : forms) {
        const found = message.split(new RegExp(`[\\s}]${form} \\{`)).length - 1
        assert.equal(found, plurals, `${locale} ${id} lacks "${form}"`)
      }
    }
  }
})

test('numbers take the form of their language', () => {
  const [en, de, ar] = [textOf('en'), textOf('de'), textOf('ar')]
  assert.deepEqual(
    [1, 2].map((count) => en('home.new_posts', { count })),
    ['1 new post', '2 new posts'],
  )
  assert.equal(de('home.new_posts', { count: 1_234 }), '1.234 neue Beiträge')
  assert.equal(new Set([0, 1, 2, 5, 11, 100].map((count) => ar('home.new_posts', { count }))).size, 6)
})

test('every key of the legend has its words', () => {
  for (const command of Object.keys(DEFAULT_KEYS)) assert.ok(`keys.${command}` in english, command)
  for (const { name } of KEY_GROUPS) assert.ok(`keys.group_${name}` in english, name)
})

test('the first language that is spoken here is taken, English else', () => {
  assert.equal(chooseLocale(['fr-CH', 'de-AT', 'en']), 'de')
  assert.equal(chooseLocale(['ar-EG']), 'ar')
  assert.equal(chooseLocale(['ja']), 'en')
  assert.deepEqual(LOCALES.map(directionOf), ['ltr', 'ltr', 'rtl'])
})

test('no words stand in the code', () => {
  const pages = readdirSync(RENDERER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name.endsWith('.tsx'))
    .map((entry) => join(entry.parentPath, entry.name))
  for (const page of pages) {
    const code = readFileSync(page, 'utf8')
    const words = />[^<>{}()=;]*[A-Za-z]{3,}[^<>{}()=;]*<\//.exec(code)
    const isAllowed = words === null || /homebird owner password|ALT/.test(words[0])
    assert.ok(isAllowed, `${page}: ${words?.[0]}`)
    const spoken = /(?:aria-label|placeholder|title|alt)="([A-Za-z][^"]*)"/.exec(code)
    assert.ok(spoken === null || spoken[1] === 'example.org', `${page}: ${spoken?.[0]}`)
  }
})
