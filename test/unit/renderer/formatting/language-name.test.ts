import assert from 'node:assert/strict'
import { test } from 'node:test'
import { languageChoices } from '../../../../renderer/formatting/language-name.ts'

test('languages are chosen by name, each once, and what has no name comes last', () => {
  const choices = languageChoices('en', ['xx-none', 'zz', 'de', 'en', 'de', 'ar'])
  assert.deepEqual(
    choices.map(({ value }) => value),
    ['ar', 'en', 'de', 'xx-none', 'zz'],
  )
  assert.deepEqual(choices[2], { value: 'de', label: 'German' })
})

test('two that share a name are told apart by their codes', () => {
  assert.deepEqual(languageChoices('en', ['fil', 'tl', 'fr']), [
    { value: 'fil', label: 'Filipino (fil)' },
    { value: 'tl', label: 'Filipino (tl)' },
    { value: 'fr', label: 'French' },
  ])
})
