import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DraftLanguage, type Guess } from '../../../../renderer/stores/draft-language.ts'
import { Drafts } from '../../../../renderer/stores/drafts.ts'
import { memoryStorage } from '../../../../renderer/stores/key-value-storage.ts'

/** Time passes when the test says so, and the library comes when it does. */
function openDrafts(guess: Guess, load: () => Promise<Guess> = async () => guess) {
  let count = 0
  const facts = { loads: 0, waiting: null as (() => void) | null }
  const drafts = new Drafts({
    storage: memoryStorage(),
    newKey: () => `key-${(count += 1)}`,
    nowMs: () => 1,
    readSource: async () => ({ id: '1', text: '', spoiler_text: '' }),
  })
  const language = new DraftLanguage({
    drafts,
    load: async () => {
      facts.loads += 1
      return load()
    },
    clock: { set: (act) => (facts.waiting = act), clear: () => (facts.waiting = null) },
  })
  const rests = async (): Promise<void> => {
    facts.waiting?.()
    facts.waiting = null
    await new Promise(setImmediate)
  }
  return { drafts, language, facts, rests }
}

const byWord: Guess = (text) => (text.startsWith('Guten') ? 'de' : text.startsWith('Bonjour') ? 'fr' : null)

test('the language follows what is written, and stays where nothing can be said', async () => {
  const { drafts, facts, rests } = openDrafts(byWord)
  drafts.change({ text: 'Gut' })
  assert.equal(facts.waiting, null, 'so little loads nothing')
  drafts.change({ text: 'Guten Morgen' })
  await rests()
  assert.equal(drafts.current().language, 'de')
  drafts.change({ text: 'Hm, Guten Morgen' })
  await rests()
  assert.equal(drafts.current().language, 'de')
  drafts.change({ text: 'Bonjour tous' })
  await rests()
  assert.deepEqual([drafts.current().language, drafts.current().isLanguageChosen], ['fr', false])
  assert.equal(facts.loads, 1)
})

test('what the person has set is never changed, also when they set it while it is being guessed', async () => {
  let give: (guess: Guess) => void = () => {}
  const { drafts, rests } = openDrafts(byWord, async () => new Promise<Guess>((resolve) => (give = resolve)))
  drafts.change({ text: 'Guten Morgen' })
  await rests()
  drafts.change({ language: 'nl', isLanguageChosen: true })
  give(byWord)
  await rests()
  drafts.change({ text: 'Guten Morgen zusammen' })
  await rests()
  assert.equal(drafts.current().language, 'nl')
})

test('a guess is for the draft that it was made of, and is caught up with before sending', async () => {
  const { drafts, language, rests } = openDrafts(byWord)
  drafts.change({ text: 'Guten Morgen' })
  const first = drafts.current().id
  await rests()
  drafts.begin()
  drafts.change({ text: 'Bonjour tous' })
  language.settle(drafts.current().id)
  assert.deepEqual([drafts.find(first)?.language, drafts.current().language], ['de', 'fr'])
})

test('a library that does not come changes nothing, and is tried again', async () => {
  const { drafts, facts, rests } = openDrafts(byWord, async () => {
    throw new Error('away')
  })
  drafts.change({ text: 'Guten Morgen' })
  await rests()
  drafts.change({ text: 'Guten Morgen zusammen' })
  await rests()
  assert.deepEqual([drafts.current().language, facts.loads], [null, 2])
})
