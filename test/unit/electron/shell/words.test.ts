import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { compileMessage } from '@lingui/message-utils/compileMessage'
import { SHELL_LOCALES, openWords, shellLocaleOf } from '../../../../electron/shell/words.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..', '..')
const FOLDER = join(ROOT, 'resources', 'locales', 'shell')

const catalogueOf = (locale: string): Record<string, string> =>
  JSON.parse(readFileSync(join(FOLDER, `${locale}.json`), 'utf8')) as Record<string, string>
const english = catalogueOf('en')

test('every language of the shell has the same messages, in the same order', () => {
  assert.deepEqual(readdirSync(FOLDER).toSorted(), SHELL_LOCALES.map((locale) => `${locale}.json`).toSorted())
  for (const locale of SHELL_LOCALES) {
    assert.deepEqual(Object.keys(catalogueOf(locale)), Object.keys(english), locale)
  }
  assert.deepEqual(Object.keys(english), Object.keys(english).toSorted(), 'in order of their ids')
})

const OF_MACHINES = /\b(?:instances?|workers?|daemons?|jobs?|containers?|endpoints?|tokens?)\b/i

test('messages of the shell neither shout nor beg, nor speak of machines, and name the same values', () => {
  for (const locale of SHELL_LOCALES) {
    for (const [id, message] of Object.entries(catalogueOf(locale))) {
      assert.match(id, /^[a-z_]+\.[a-z_]+$/)
      assert.ok(message.trim() !== '', `${locale} ${id}`)
      assert.doesNotMatch(message, /!|\bOops\b|\bplease\b/i, `${locale} ${id}`)
      assert.doesNotMatch(message, OF_MACHINES, `${locale} ${id}`)
      assert.deepEqual(valuesOf(message), valuesOf(english[id] ?? ''), `${locale} ${id}`)
      assert.doesNotThrow(() => compileMessage(message), `${locale} ${id}`)
    }
  }
})

/** Names in braces outside of the branches of plurals. */
function valuesOf(message: string): string[] {
  return [...new Set([...message.matchAll(/\{(\w+)(?=[,}])/g)].map(([, name = '']) => name))].toSorted()
}

test('plurals of the shell have every form of their language', () => {
  for (const locale of SHELL_LOCALES) {
    const forms = new Intl.PluralRules(locale).resolvedOptions().pluralCategories
    for (const [id, message] of Object.entries(catalogueOf(locale))) {
      const plurals = message.split(', plural,').length - 1
      for (const form of plurals === 0 ? [] : forms) {
        assert.equal(
          message.split(new RegExp(`[\\s}]${form} \\{`)).length - 1,
          plurals,
          `${locale} ${id} ${form}`,
        )
      }
    }
  }
})

test('the system’s language is spoken where it is known, English else; numbers and names fit into it', () => {
  assert.deepEqual(
    [['de-AT'], ['fr', 'ar_EG'], ['ja'], []].map((wanted) => shellLocaleOf(wanted)),
    ['de', 'ar', 'en', 'en'],
  )
  const de = openWords('de-CH', FOLDER)
  assert.equal(de('menu.unread', { count: 1_234 }), '1.234 neue Mitteilungen')
  assert.equal(de('notice.mention', { name: 'Ana' }), 'Ana hat dich erwähnt')
  assert.equal(de('notice.mention', { name: 'آنا' }), '\u2068آنا\u2069 hat dich erwähnt')
  const ar = openWords(['ar'], FOLDER)
  assert.equal(ar.direction, 'rtl')
  assert.ok(ar('notice.mention', { name: 'Ana' }).includes('\u2068Ana\u2069'))
  assert.throws(() => de('menu.nothing'), /no words "menu.nothing" in de/)
})

test('a catalogue that is none is refused with its path', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'homebird-words-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'en.json'), '{"a.b": 1}')
  assert.throws(() => openWords('en', folder), /en\.json is no catalogue of words/)
})

test('every message of the shell is used, whole or by a name that is put together', () => {
  const sources = readdirSync(join(ROOT, 'electron'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ts|html)$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n')
  const starts = [...sources.matchAll(/`([a-z_]+\.[a-z_]*)\$\{/g)].map(([, start = '']) => start)
  const unused = Object.keys(english).filter(
    (id) => !new RegExp(`['"\`]${id}['"\`]`).test(sources) && !starts.some((start) => id.startsWith(start)),
  )
  assert.deepEqual(unused, [])
})
