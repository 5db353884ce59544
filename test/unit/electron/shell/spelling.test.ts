/** Spelling asks nobody anything before the person has said yes, and says whom it would ask. */
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ElectronParts } from '../../../../electron/electron-parts.ts'
import { openSpelling, wordsTemplate } from '../../../../electron/shell/spelling.ts'
import { openWords } from '../../../../electron/shell/words.ts'
import type { SpellingBridge } from '../../../../server/contracts/desktop-bridge.ts'

const WORDS = openWords('en', join(import.meta.dirname, '../../../../resources/locales/shell'))
const NOWHERE = 'http://127.0.0.1:9/'
const GOOGLE = 'https://redirector.gvt1.com/edgedl/chrome/dict/'

interface World {
  readonly spelling: SpellingBridge
  /** What Electron's session is told, the newest last. */
  readonly session: { url: string; isOn: boolean; languages: readonly string[] }
  readonly questions: { message: string; detail: string }[]
  readonly answers: number[]
  readonly store: Map<string, unknown>
  readonly notices: string[]
  readonly events: EventEmitter
}

function openWorld(kept: Record<string, unknown> = {}): World {
  const session = { url: '', isOn: true, languages: [] as readonly string[] }
  const store = new Map<string, unknown>(Object.entries(kept))
  const questions: World['questions'] = []
  const answers: number[] = []
  const notices: string[] = []
  const events = Object.assign(new EventEmitter(), {
    availableSpellCheckerLanguages: ['de', 'en-GB', 'en-US', 'fr'],
    setSpellCheckerDictionaryDownloadURL: (url: string) => (session.url = url),
    setSpellCheckerEnabled: (isOn: boolean) => (session.isOn = isOn),
    setSpellCheckerLanguages: (languages: string[]) => (session.languages = languages),
  })
  const parts = {
    session: { defaultSession: events },
    dialog: {
      showMessageBox: async (question: { message: string; detail: string }) => {
        questions.push(question)
        return { response: answers.shift() ?? 0 }
      },
    },
  } as unknown as ElectronParts
  const { bridge } = openSpelling(parts, {
    platform: 'linux',
    store: { get: (name) => store.get(name), set: (name, value) => void store.set(name, value) },
    words: WORDS,
    languages: ['de-AT', 'en-US'],
    notice: (message) => notices.push(message),
  })
  assert.ok(bridge !== null)
  return { spelling: bridge, session, questions, answers, store, notices, events }
}

test('nothing is checked and nothing could be fetched before somebody asks for it', async () => {
  const { spelling, session, questions } = openWorld()
  assert.deepEqual(session, { url: NOWHERE, isOn: false, languages: [] })
  assert.equal(await spelling.isOn(), false)
  assert.deepEqual(await spelling.languages.chosen(), ['de'])
  assert.deepEqual(questions, [])
})

test('the question names language and host, and no is a no', async () => {
  const { spelling, session, questions, store } = openWorld()
  await assert.rejects(spelling.setOn(true), /without a yes/)
  assert.equal(questions[0]?.message.replaceAll(/[\u2066-\u2069]/g, ''), 'Fetch the dictionary for de?')
  assert.match(questions[0]?.detail ?? '', /redirector\.gvt1\.com.*a server of Google/)
  assert.deepEqual(session, { url: NOWHERE, isOn: false, languages: [] })
  assert.deepEqual([...store.keys()], [])
})

test('after a yes it is on, asks again for new languages only, and a start finds it so', async () => {
  const { spelling, session, questions, answers, store } = openWorld()
  answers.push(1)
  await spelling.setOn(true)
  assert.deepEqual(session, { url: GOOGLE, isOn: true, languages: ['de'] })
  answers.push(0)
  await assert.rejects(spelling.choose(['de', 'fr']), /without a yes/)
  assert.deepEqual(await spelling.languages.chosen(), ['de'])
  answers.push(1)
  await spelling.choose(['de', 'fr'])
  assert.deepEqual(session.languages, ['de', 'fr'])
  assert.equal(questions.length, 3)
  await spelling.choose(['fr'])
  await spelling.setOn(false)
  assert.deepEqual([session.url, session.isOn], [NOWHERE, false])
  await spelling.setOn(true)
  assert.equal(questions.length, 3)
  assert.deepEqual(openWorld(Object.fromEntries(store)).session, {
    url: GOOGLE,
    isOn: true,
    languages: ['fr'],
  })
})

test('languages chosen while it is off are asked for when it is switched on', async () => {
  const { spelling, questions, answers } = openWorld()
  await spelling.choose(['en-GB'])
  assert.deepEqual(questions, [])
  answers.push(1)
  await spelling.setOn(true)
  assert.equal(questions.length, 1)
})

test('a language without a dictionary, and too many, are refused; what was kept wrongly is left out', async () => {
  const { spelling } = openWorld()
  await assert.rejects(spelling.choose(['xx']), /no dictionary for "xx"/)
  await assert.rejects(spelling.choose(['de', 'de', 'de', 'de', 'de', 'de']), /6 languages are more than 5/)
  const odd = openWorld({ 'spelling.isOn': true, 'spelling.languages': ['xx', 7], 'spelling.allowed': 'all' })
  assert.deepEqual(await odd.spelling.languages.chosen(), ['de'])
  assert.deepEqual(odd.session, { url: NOWHERE, isOn: false, languages: [] })
})

test('a dictionary that does not come is told', () => {
  const { events, notices } = openWorld()
  events.emit('spellcheck-dictionary-download-failure', {}, 'de')
  assert.deepEqual(notices, ['the dictionary for de could not be fetched from redirector.gvt1.com'])
})

test('on macOS the system checks, so there is nothing to choose and nothing is set', () => {
  const { bridge } = openSpelling({} as ElectronParts, {
    platform: 'darwin',
    store: { get: () => undefined, set: () => undefined },
    words: WORDS,
    languages: [],
    notice: () => undefined,
  })
  assert.equal(bridge, null)
})

test('a right click offers what the word may have meant, and to learn it', () => {
  const done: string[] = []
  const acts = { replace: (word: string) => done.push(word), learn: () => done.push('learnt') }
  const offered = wordsTemplate('hte', ['the', 'R&B', '3', '4', '5', '6'], WORDS, acts)
  assert.deepEqual(
    offered.map(({ label, type, role }) => role ?? type ?? label),
    [
      'the',
      'R&&B',
      '3',
      '4',
      '5',
      'separator',
      'Add to dictionary',
      'separator',
      'cut',
      'copy',
      'paste',
      'selectAll',
    ],
  )
  for (const { click } of offered) (click as (() => void) | undefined)?.()
  assert.deepEqual(done, ['the', 'R&B', '3', '4', '5', 'learnt'])
  assert.equal(wordsTemplate('hte', [], WORDS, acts)[0]?.enabled, false)
  assert.equal(wordsTemplate('', [], WORDS, acts).length, 4)
})
