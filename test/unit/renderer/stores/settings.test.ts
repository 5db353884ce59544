import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { PREFERENCES, fitsPreference, isPreferenceName } from '../../../../server/contracts/preferences.ts'
import { WINDOW_PATHS } from '../../../../server/contracts/owner-api.ts'
import { cutAround, movePoint } from '../../../../renderer/stores/crop.ts'
import { type RowWords, findSettings, wordsIn } from '../../../../renderer/stores/find-settings.ts'
import { isSameProfile, profileForm } from '../../../../renderer/stores/profile-draft.ts'
import {
  type RowId,
  SETTING_GROUPS,
  SETTING_ROWS,
  pathOfRow,
  rowsHere,
} from '../../../../renderer/stores/setting-rows.ts'

const LOCALES = join(import.meta.dirname, '..', '..', '..', '..', 'renderer', 'locales')
const wordsOf = (locale: string): ((id: RowId) => RowWords) => {
  const words = JSON.parse(readFileSync(join(LOCALES, locale, 'settings.json'), 'utf8')) as Record<
    string,
    string
  >
  return (id) => {
    const group = SETTING_ROWS.find((row) => row.id === id)?.group ?? ''
    return {
      title: words[`row.${id}`] ?? '',
      help: words[`row_help.${id}`] ?? '',
      also: words[`row_also.${id}`] ?? '',
      group: words[`group.${group}`] ?? '',
    }
  }
}
const find = (typed: string, locale = 'en'): readonly RowId[] =>
  findSettings(SETTING_ROWS, typed, wordsOf(locale)).map(({ id }) => id)

test('every row has a name of its own, words, and a link to itself', () => {
  const ids = SETTING_ROWS.map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
  for (const row of SETTING_ROWS) {
    const { title, help, also } = wordsOf('en')(row.id)
    assert.ok(title !== '' && help !== '' && also !== '', row.id)
    assert.equal(pathOfRow(row), `/settings/${row.group}#${row.id}`)
  }
  for (const isInDesktopApp of [false, true]) {
    const here = new Set(rowsHere(isInDesktopApp).map(({ group }) => group))
    assert.ok(SETTING_GROUPS.every((group) => here.has(group)))
  }
})

test('a browser is offered nothing that only the desktop app can do, nor the app what is a browser’s', () => {
  const ids = (isInDesktopApp: boolean): RowId[] => rowsHere(isInDesktopApp).map(({ id }) => id)
  const [browser, app] = [ids(false), ids(true)]
  assert.deepEqual(
    app.filter((id) => !browser.includes(id)),
    ['spelling', 'secrets', 'keeps_running'],
  )
  assert.deepEqual(
    browser.filter((id) => !app.includes(id)),
    ['push', 'links'],
  )
})

test('rows of preferences begin with what the home holds for usual, and offer nothing that it refuses', () => {
  for (const row of SETTING_ROWS) {
    if (row.kind !== 'kept' || row.source !== 'preferences') continue
    assert.ok(isPreferenceName(row.name), row.id)
    assert.equal(row.usual, PREFERENCES[row.name].usual)
    const offered = row.look.kind === 'choice' ? row.look.of : [row.usual]
    for (const value of offered) assert.ok(fitsPreference(row.name, value), `${row.id} ${value}`)
  }
})

test('rows that lead elsewhere lead to pages of the window', () => {
  for (const row of SETTING_ROWS) {
    if (row.kind === 'way') assert.ok((WINDOW_PATHS as readonly string[]).includes(row.to), row.to)
  }
})

test('a setting is found by its words, the beginning of one, other words for it, and the group', () => {
  assert.equal(find('size of text')[0], 'text_size')
  assert.equal(find('contr')[0], 'contrast')
  assert.equal(find('dark')[0], 'theme')
  assert.ok(find('shortcuts').includes('keys'))
  assert.ok(find('2fa').includes('sign_in'))
  assert.ok(find('appearance').includes('density'))
})

test('every typed word must be somewhere, and nothing finds nothing', () => {
  assert.deepEqual(find('dark xylophone'), [])
  assert.deepEqual(find('  '), [])
  assert.deepEqual(find('…'), [])
})

test('marks and capitals do not matter, in any script', () => {
  assert.deepEqual(wordsIn('SCHRIFTGRÖSSE, الألوان'), ['schriftgrosse', 'الالوان'])
  assert.equal(find('schriftgrosse', 'de').length, 0)
  assert.equal(find('schriftgr', 'de')[0], 'text_size')
  assert.ok(find('ليل', 'ar').includes('theme'))
})

test('a picture is cut around the point, as far as its edges allow', () => {
  const wide = { width: 400, height: 200 }
  assert.deepEqual(cutAround(wide, 1, { x: 0.5, y: 0.5 }), { left: 100, top: 0, width: 200, height: 200 })
  assert.deepEqual(cutAround(wide, 1, { x: 0, y: 0.5 }).left, 0)
  assert.deepEqual(cutAround(wide, 1, { x: 1, y: 1 }).left, 200)
  assert.deepEqual(cutAround({ width: 300, height: 900 }, 3, { x: 0.5, y: 0.9 }), {
    left: 0,
    top: 760,
    width: 300,
    height: 100,
  })
})

test('arrows move the point, never out of the picture; other keys leave it', () => {
  const point = { x: 0.98, y: 0 }
  assert.deepEqual(movePoint(point, 'ArrowRight'), { x: 1, y: 0 })
  assert.deepEqual(movePoint(point, 'ArrowUp'), point)
  assert.equal(movePoint(point, 'Tab'), point)
})

test('a profile is sent with its fields in order, without empty ones, and an empty list is said', () => {
  const draft = {
    displayName: 'Ana',
    bio: 'here',
    fields: [
      { name: 'Web', value: 'https://ana.example' },
      { name: ' ', value: '' },
    ],
  }
  const form = profileForm(draft, { avatar: new Blob(['x'], { type: 'image/png' }) })
  assert.equal(form.get('fields_attributes[0][name]'), 'Web')
  assert.equal(form.has('fields_attributes[1][name]'), false)
  assert.equal((form.get('avatar') as File).name, 'avatar.png')
  assert.equal(profileForm({ ...draft, fields: [] }, {}).get('fields_attributes[0][name]'), '')
  assert.ok(isSameProfile(draft, { ...draft, fields: draft.fields.slice(0, 1) }))
  assert.equal(isSameProfile(draft, { ...draft, bio: 'there' }), false)
})
