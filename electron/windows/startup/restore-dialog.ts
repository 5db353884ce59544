/**
 * Restoring a backup in the start-up window: which one, what opens it, what is inside and what it replaces; only then its button
 * restores. Whatever is changed afterwards is looked into again.
 */
import type { BackupChoice, StartBridge, StartWords } from '../../../server/contracts/start-bridge.ts'
import { choice, element, sentenceOf } from './elements.ts'

interface Chosen {
  readonly backup: number
  readonly words: string
}

/** @returns what is to be restored; null where nothing is */
export async function askForBackup(
  dialog: HTMLDialogElement,
  bridge: StartBridge,
  words: StartWords,
): Promise<Chosen | null> {
  const asking = new RestoreDialog(dialog, bridge, words)
  return asking.chosen()
}

class RestoreDialog {
  readonly #dialog: HTMLDialogElement
  readonly #bridge: StartBridge
  readonly #words: StartWords
  readonly #choices = element('fieldset')
  readonly #input = element('input')
  readonly #inside = element('section', { class: 'inside' })
  readonly #refused = element('p', { class: 'refused' })
  readonly #said = element('p', { class: 'replaces' })
  readonly #act: HTMLButtonElement
  readonly #cancel: HTMLButtonElement
  readonly #choose: HTMLButtonElement
  #backup: number | null = null
  #isSeen = false
  #isBusy = false
  #isListing = false
  #answer: Chosen | null = null

  constructor(dialog: HTMLDialogElement, bridge: StartBridge, words: StartWords) {
    this.#dialog = dialog
    this.#bridge = bridge
    this.#words = words
    this.#act = this.#button('', () => void this.#goOn())
    this.#cancel = this.#button(words.cancel, () => dialog.close())
    this.#choose = this.#button(words.chooseFile, () => void this.#run(async () => this.#chooseFile()))
    this.#build()
    this.#forget()
  }

  async chosen(): Promise<Chosen | null> {
    this.#dialog.showModal()
    this.#cancel.focus()
    const closed = new Promise((resolve) => this.#dialog.addEventListener('close', resolve, { once: true }))
    void this.#list()
    await closed
    return this.#answer
  }

  #build(): void {
    const title = element('h2', { text: this.#words.restoreTitle })
    title.id = 'copies-title'
    this.#choices.setAttribute('aria-labelledby', title.id)
    this.#said.setAttribute('role', 'status')
    this.#refused.setAttribute('role', 'alert')
    this.#refused.hidden = true
    this.#input.type = 'password'
    this.#input.autocomplete = 'off'
    this.#input.maxLength = 1_000
    this.#input.dir = 'auto'
    this.#input.addEventListener('input', () => this.#forget())
    this.#input.addEventListener('keydown', ({ key }) => {
      if (key === 'Enter') void this.#goOn()
    })
    const { backupWords, backupWordsHelp, restoreHelp } = this.#words
    const help = element('p', { class: 'replaces', text: backupWordsHelp })
    help.id = 'backup-words-help'
    this.#input.setAttribute('aria-describedby', help.id)
    const field = element('label', { class: 'field' }, element('span', { text: backupWords }), this.#input)
    const lead = element('p', { class: 'replaces', text: restoreHelp })
    lead.id = 'copies-replaces'
    const acts = element('div', { class: 'acts' }, this.#cancel, this.#act)
    const file = element('div', { class: 'acts at-start' }, this.#choose)
    this.#dialog.setAttribute('aria-describedby', lead.id)
    this.#dialog.replaceChildren(
      element(
        'div',
        { class: 'question' },
        title,
        lead,
        this.#choices,
        file,
        field,
        help,
        this.#inside,
        this.#refused,
        this.#said,
        acts,
      ),
    )
  }

  #button(text: string, press: () => void): HTMLButtonElement {
    const made = element('button', { text })
    made.type = 'button'
    made.addEventListener('click', press)
    return made
  }

  /** What was seen inside is of another choice now. */
  #forget(): void {
    this.#isSeen = false
    this.#inside.hidden = true
    this.#refused.hidden = true
    this.#act.textContent = this.#words.look
    this.#act.className = 'first'
    this.#act.hidden = this.#backup === null
  }

  /** A folder may take its time: a file can be chosen, looked into and restored meanwhile. */
  async #list(): Promise<void> {
    this.#isListing = true
    this.#say()
    let isNone = false
    try {
      const { backups, flaws } = await this.#bridge.backups()
      for (const backup of backups) this.#add(backup)
      if (flaws.length > 0) this.#refuse(flaws.join(' '))
      isNone = backups.length === 0
    } catch (error) {
      this.#refuse(sentenceOf(error))
    }
    this.#isListing = false
    this.#say()
    if (isNone && this.#backup === null) this.#said.textContent = this.#words.noBackups
  }

  async #chooseFile(): Promise<void> {
    const backup = await this.#bridge.chooseBackup()
    if (backup === null) return
    const input = this.#add(backup)
    input.checked = true
    this.#take(backup.id)
    this.#input.focus()
  }

  #add({ id, label }: BackupChoice): HTMLInputElement {
    const text = element('span', { text: label })
    text.dir = 'auto'
    const [row, input] = choice('backup', String(id), text)
    input.addEventListener('change', () => this.#take(id))
    this.#choices.append(row)
    return input
  }

  #take(backup: number): void {
    this.#backup = backup
    this.#forget()
    this.#say()
  }

  async #goOn(): Promise<void> {
    const backup = this.#backup
    if (backup === null || this.#isBusy) return
    const words = this.#input.value
    if (this.#isSeen) {
      this.#answer = { backup, words }
      this.#dialog.close()
      return
    }
    await this.#run(async () => {
      const inside = await this.#bridge.lookInside(backup, words)
      // Something else was chosen or written meanwhile.
      if (this.#backup !== backup || this.#input.value !== words) return
      const names = element('p', { text: inside.identities })
      names.dir = 'ltr'
      this.#inside.replaceChildren(
        element('h3', { text: this.#words.inside }),
        names,
        ...[...inside.lines, inside.replaces, this.#words.oldHome].map((text) => element('p', { text })),
      )
      this.#inside.hidden = false
      this.#isSeen = true
      this.#act.textContent = this.#words.restore
      this.#act.className = 'danger'
      this.#cancel.focus()
    })
  }

  /** One thing at a time; what is refused is said. */
  async #run(work: () => Promise<void>): Promise<void> {
    if (this.#isBusy) return
    this.#setBusy(true)
    this.#refused.hidden = true
    try {
      await work()
    } catch (error) {
      this.#refuse(sentenceOf(error))
    } finally {
      this.#setBusy(false)
    }
  }

  #setBusy(isBusy: boolean): void {
    this.#isBusy = isBusy
    this.#say()
    for (const button of [this.#act, this.#choose]) {
      if (isBusy) button.setAttribute('aria-disabled', 'true')
      else button.removeAttribute('aria-disabled')
    }
  }

  #say(): void {
    this.#said.textContent = this.#isBusy ? this.#words.waits : this.#isListing ? this.#words.listing : ''
  }

  #refuse(sentence: string): void {
    this.#refused.hidden = false
    this.#refused.textContent = `${this.#words.failedAct}: ${sentence}`
  }
}
