import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scopesAsMay, SCOPES } from '../../../../server/domain/oauth/scopes.ts'
import { ENGLISH, type PageWordId } from '../../../../server/http/oauth/words/english.ts'
import { LANGUAGES, Speech, languageAskedFor } from '../../../../server/http/oauth/words/speech.ts'

const IDS = Object.keys(ENGLISH) as PageWordId[]
const holesOf = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).toSorted()

test('every language says every sentence, with the same things put in', () => {
  for (const [language, words] of Object.entries(LANGUAGES)) {
    assert.deepEqual(Object.keys(words).toSorted(), IDS.toSorted(), language)
    for (const id of IDS) {
      assert.notEqual(words[id].trim(), '', `${language} ${id}`)
      assert.deepEqual(holesOf(words[id]), holesOf(ENGLISH[id]), `${language} ${id}`)
      assert.ok(language === 'en' || words[id] !== ENGLISH[id], `${language} ${id} is in English`)
    }
  }
})

test('everything that an app may ask for is told in words', () => {
  for (const scope of SCOPES) {
    const may = scopesAsMay([scope])
    assert.notDeepEqual(may, [], scope)
    for (const one of may) assert.ok(`may.${one}` in ENGLISH, one)
  }
})

test('the language that a browser likes best is spoken, English where none of ours is liked', () => {
  assert.equal(languageAskedFor(undefined), 'en')
  assert.equal(languageAskedFor('de-AT, de;q=0.9, en;q=0.5'), 'de')
  assert.equal(languageAskedFor('fr, ar-EG;q=0.8, de;q=0.9'), 'de')
  assert.equal(languageAskedFor('AR'), 'ar')
  assert.equal(languageAskedFor('fr-CH, fr;q=0.9'), 'en')
  assert.equal(languageAskedFor('de;q=0, ar;q=0.1'), 'ar')
  assert.equal(languageAskedFor('den, arn, de;q=7, ar;q=x, ;;,'), 'en')
  assert.equal(languageAskedFor(`${'x,'.repeat(100_000)}de`), 'en')
})

test('what is put into a sentence stays apart from it, and is no markup', () => {
  const given = { app: '<b>\u202Eevil', home: 'home.example' }
  const speech = new Speech('de')
  assert.equal(speech.html('consent.title', given), '<bdi>&lt;b&gt;\u202Eevil</bdi> Zugang geben?')
  assert.equal(speech.text('sign_in.title', given), 'Bei home.example anmelden')
  assert.equal(speech.text('code.heading', { app: 'طائر' }), 'Dein Code für \u2068طائر\u2069')
  assert.equal(new Speech('ar').text('code.heading', given), 'رمزك لـ \u2068<b>evil\u2069')
  assert.equal(speech.direction, 'ltr')
  assert.equal(new Speech('ar').direction, 'rtl')
})
