/**
 * Spelling while somebody writes. On macOS the system checks by itself. Elsewhere Chromium needs a dictionary of each
 * language and would fetch it unasked: here it is off, and led nowhere, until the person has said yes to the host.
 */
import type { BrowserWindow, MenuItemConstructorOptions, Session } from 'electron'
import type { SpellingBridge } from '../../server/contracts/desktop-bridge.ts'
import type { ElectronParts } from '../electron-parts.ts'

export interface Spelling {
  /** Null where the system checks by itself. */
  readonly bridge: SpellingBridge | null
  /** From now on a right click in a text of this window offers the words it could have meant. */
  adopt(window: BrowserWindow): void
}

export interface SpellingNeeds {
  readonly platform: NodeJS.Platform
  readonly store: { get(name: string): unknown; set(name: string, value: unknown): void }
  readonly words: (id: string, values?: Record<string, string | number>) => string
  /** As the system names languages. */
  readonly languages: readonly string[]
  readonly notice: (message: string) => void
}

/** Where Chromium's dictionaries lie; the question names this host, so it is also the one that is set. */
const DICTIONARIES = 'https://redirector.gvt1.com/edgedl/chrome/dict/'
const HOST = new URL(DICTIONARIES).host
/** Nobody listens there, and nobody hears of it. */
const NOWHERE = 'http://127.0.0.1:9/'
const MOST_LANGUAGES = 5
const MOST_SUGGESTIONS = 5
const IS_ON = 'spelling.isOn'
const CHOSEN = 'spelling.languages'
/** Languages for which the person said that their dictionary may be fetched. */
const ALLOWED = 'spelling.allowed'

export function openSpelling(
  parts: Pick<ElectronParts, 'session' | 'dialog' | 'Menu'>,
  needs: SpellingNeeds,
): Spelling {
  const adopt = (window: BrowserWindow): void => offerWords(window, parts, needs.words)
  if (needs.platform === 'darwin') return { bridge: null, adopt }
  return { bridge: new Dictionaries(parts, needs), adopt }
}

class Dictionaries implements SpellingBridge {
  readonly #session: Session
  readonly #dialog: ElectronParts['dialog']
  readonly #needs: SpellingNeeds
  readonly languages = {
    all: async () => this.#known,
    chosen: async () => this.#chosen(),
  }

  constructor({ session, dialog }: Pick<ElectronParts, 'session' | 'dialog'>, needs: SpellingNeeds) {
    this.#session = session.defaultSession
    this.#dialog = dialog
    this.#needs = needs
    this.#session.on('spellcheck-dictionary-download-failure', (_event, language) => {
      needs.notice(`the dictionary for ${language} could not be fetched from ${HOST}`)
    })
    this.#apply()
  }

  async isOn(): Promise<boolean> {
    return this.#isOn()
  }

  async setOn(isWanted: boolean): Promise<void> {
    if (isWanted) await this.#ask(this.#chosen())
    this.#needs.store.set(IS_ON, isWanted)
    this.#apply()
  }

  async choose(languages: readonly string[]): Promise<void> {
    const unknown = languages.find((one) => !this.#known.includes(one))
    if (unknown !== undefined) {
      throw new Error(`there is no dictionary for ${JSON.stringify(unknown)}; choose another language`)
    }
    if (languages.length > MOST_LANGUAGES) {
      throw new Error(`${languages.length} languages are more than ${MOST_LANGUAGES}; choose fewer`)
    }
    if (this.#needs.store.get(IS_ON) === true) await this.#ask(languages)
    this.#needs.store.set(CHOSEN, [...languages])
    this.#apply()
  }

  get #known(): readonly string[] {
    return this.#session.availableSpellCheckerLanguages
  }

  #kept(name: string): string[] {
    return textsOf(this.#needs.store.get(name)).filter((one) => this.#known.includes(one))
  }

  #chosen(): string[] {
    const languages = this.#kept(CHOSEN)
    return languages.length > 0 ? languages : firstOf(this.#needs.languages, this.#known)
  }

  #isOn(): boolean {
    const allowed = this.#kept(ALLOWED)
    return this.#needs.store.get(IS_ON) === true && this.#chosen().every((one) => allowed.includes(one))
  }

  #apply(): void {
    const isOn = this.#isOn()
    this.#session.setSpellCheckerDictionaryDownloadURL(isOn ? DICTIONARIES : NOWHERE)
    if (isOn) this.#session.setSpellCheckerLanguages(this.#chosen())
    this.#session.setSpellCheckerEnabled(isOn)
  }

  /** @throws when the answer is no: nothing has changed then */
  async #ask(languages: readonly string[]): Promise<void> {
    const { words, store } = this.#needs
    const missing = languages.filter((one) => !this.#kept(ALLOWED).includes(one))
    if (missing.length === 0) return
    const { response } = await this.#dialog.showMessageBox({
      type: 'question',
      message: words('spelling.question', { languages: missing.join(', ') }),
      detail: words('spelling.host', { host: HOST }),
      buttons: [words('act.cancel'), words('spelling.fetch')],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    })
    if (response !== 1) throw new Error('no dictionary is fetched without a yes')
    store.set(ALLOWED, [...new Set([...this.#kept(ALLOWED), ...missing])])
  }
}

/** The dictionary that comes closest to what the system speaks. */
function firstOf(wanted: readonly string[], known: readonly string[]): string[] {
  for (const one of wanted) {
    const [base = one] = one.split('-')
    const found =
      known.find((each) => each === one) ??
      known.find((each) => each === base) ??
      known.find((each) => each.startsWith(`${base}-`))
    if (found !== undefined) return [found]
  }
  return known.filter((one) => one === 'en-US')
}

function textsOf(raw: unknown): string[] {
  return Array.isArray(raw) ? raw.filter((one) => typeof one === 'string') : []
}

function offerWords(
  window: BrowserWindow,
  { Menu }: Pick<ElectronParts, 'Menu'>,
  words: SpellingNeeds['words'],
): void {
  const { webContents } = window
  webContents.on('context-menu', (_event, facts) => {
    if (!facts.isEditable) return
    const { misspelledWord: word, dictionarySuggestions: suggestions } = facts
    const template = wordsTemplate(word, suggestions, words, {
      replace: (suggestion) => webContents.replaceMisspelling(suggestion),
      learn: () => void webContents.session.addWordToSpellCheckerDictionary(word),
    })
    Menu.buildFromTemplate(template).popup({ window })
  })
}

interface WordActs {
  readonly replace: (suggestion: string) => void
  readonly learn: () => void
}

export function wordsTemplate(
  word: string,
  suggestions: readonly string[],
  words: SpellingNeeds['words'],
  acts: WordActs,
): MenuItemConstructorOptions[] {
  const edits = [
    { role: 'cut', label: words('menu.cut') },
    { role: 'copy', label: words('menu.copy') },
    { role: 'paste', label: words('menu.paste') },
    { role: 'selectAll', label: words('menu.select_all') },
  ] as const
  if (word === '') return [...edits]
  const found = suggestions.slice(0, MOST_SUGGESTIONS).map((suggestion) => ({
    label: suggestion.replaceAll('&', '&&'),
    click: () => acts.replace(suggestion),
  }))
  return [
    ...(found.length > 0 ? found : [{ label: words('spelling.no_suggestion'), enabled: false }]),
    { type: 'separator' },
    { label: words('spelling.learn'), click: acts.learn },
    { type: 'separator' },
    ...edits,
  ]
}
