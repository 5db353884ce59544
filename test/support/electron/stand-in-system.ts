/** What stands around the program: power, screens, dialogs, other programs, the keychain. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Acts } from './acts.ts'

export class StandInPower extends EventEmitter {
  isOnBattery = false

  get onBatteryPower(): boolean {
    return this.isOnBattery
  }

  isOnBatteryPower(): boolean {
    return this.isOnBattery
  }

  getSystemIdleState(): string {
    return 'active'
  }

  getSystemIdleTime(): number {
    return 0
  }

  getCurrentThermalState(): string {
    return 'nominal'
  }
}

interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export class StandInScreen extends EventEmitter {
  displays = [displayAt({ x: 0, y: 0, width: 1_920, height: 1_080 }, 1)]

  getAllDisplays(): object[] {
    return this.displays
  }

  getPrimaryDisplay(): object | undefined {
    return this.displays[0]
  }

  getDisplayMatching(): object | undefined {
    return this.displays[0]
  }

  getDisplayNearestPoint(): object | undefined {
    return this.displays[0]
  }

  getCursorScreenPoint(): { x: number; y: number } {
    return { x: 0, y: 0 }
  }
}

/** 40 px at the bottom belong to the system. */
export function displayAt(bounds: Rectangle, id: number) {
  return { id, bounds, workArea: { ...bounds, height: bounds.height - 40 }, scaleFactor: 1, size: bounds }
}

interface Question {
  readonly kind: string
  readonly options: Record<string, unknown>
  readonly answer: (answer: unknown) => void
}

/** Dialogs stand until somebody answers them. */
export class StandInDialogs {
  readonly open: Question[] = []
  readonly #acts: Acts

  constructor(acts: Acts) {
    this.#acts = acts
  }

  async showMessageBox(...args: unknown[]): Promise<unknown> {
    const response = await this.#ask('message', args)
    return typeof response === 'number' ? { response, checkboxChecked: false } : response
  }

  async showOpenDialog(...args: unknown[]): Promise<unknown> {
    const filePaths = await this.#ask('open', args)
    return { canceled: filePaths === null, filePaths: filePaths ?? [] }
  }

  async showSaveDialog(...args: unknown[]): Promise<unknown> {
    const filePath = await this.#ask('save', args)
    return { canceled: filePath === null, filePath: filePath ?? '' }
  }

  showErrorBox(title: string, content: string): void {
    this.#acts.add('dialog.showErrorBox', { title, content })
  }

  /** For tests: the number of a button, chosen paths, or null for a cancel. @returns what was asked */
  answer(answer: unknown): Record<string, unknown> {
    const question = this.open.shift()
    if (question === undefined) throw new Error('no dialog is open')
    question.answer(answer)
    return question.options
  }

  #ask(kind: string, args: unknown[]): Promise<unknown> {
    const options = args.at(-1) as Record<string, unknown>
    this.#acts.add(`dialog.${kind}`, { ...options, icon: undefined })
    return new Promise((answer) => this.open.push({ kind, options, answer }))
  }
}

/** A keychain that outlives the process: its key lies in a file of the stand-in, sealing is real. */
export class StandInKeychain {
  backend = 'gnome_libsecret'
  isThere = true
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  isEncryptionAvailable(): boolean {
    return this.isThere
  }

  async isAsyncEncryptionAvailable(): Promise<boolean> {
    return this.isThere
  }

  getSelectedStorageBackend(): string {
    return this.backend
  }

  setUsePlainTextEncryption(): void {}

  encryptString(text: string): Buffer {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#key(), nonce)
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([Buffer.from('v10'), nonce, cipher.getAuthTag(), sealed])
  }

  decryptString(sealed: Buffer): string {
    if (sealed.subarray(0, 3).toString() !== 'v10') {
      throw new Error(
        'Error while decrypting the ciphertext provided to safeStorage.decryptString. Ciphertext does not appear to be encrypted.',
      )
    }
    const opened = createDecipheriv('aes-256-gcm', this.#key(), sealed.subarray(3, 15))
    opened.setAuthTag(sealed.subarray(15, 31))
    return Buffer.concat([opened.update(sealed.subarray(31)), opened.final()]).toString('utf8')
  }

  async encryptStringAsync(text: string): Promise<Buffer> {
    return this.encryptString(text)
  }

  async decryptStringAsync(sealed: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }> {
    return { result: this.decryptString(sealed), shouldReEncrypt: false }
  }

  #key(): Buffer {
    if (!this.isThere) throw new Error('Encryption is not available.')
    const path = join(this.#folder, 'keychain')
    if (!existsSync(path)) {
      mkdirSync(this.#folder, { recursive: true })
      writeFileSync(path, randomBytes(32), { mode: 0o600 })
    }
    return readFileSync(path)
  }
}

export function otherPrograms(acts: Acts) {
  return {
    openExternal: async (url: string): Promise<void> => acts.add('shell.openExternal', url),
    openPath: async (path: string): Promise<string> => {
      acts.add('shell.openPath', path)
      return existsSync(path) ? '' : 'No such file or directory'
    },
    showItemInFolder: (path: string): void => acts.add('shell.showItemInFolder', path),
    trashItem: async (path: string): Promise<void> => acts.add('shell.trashItem', path),
    beep: (): void => acts.add('shell.beep'),
  }
}

export class StandInClipboard {
  #text = ''

  readText(): string {
    return this.#text
  }

  writeText(text: string): void {
    this.#text = text
  }

  clear(): void {
    this.#text = ''
  }
}

export class StandInTheme extends EventEmitter {
  shouldUseDarkColors = false
  shouldUseHighContrastColors = false
  themeSource = 'system'
}

export function crashReports(acts: Acts) {
  let options: Record<string, unknown> = {}
  return {
    start(given: Record<string, unknown>): void {
      options = given
      acts.add('crashReporter.start', given)
    },
    getUploadToServer: () => options['uploadToServer'] !== false,
    setUploadToServer: (isOn: boolean): void => acts.add('crashReporter.setUploadToServer', isOn),
    getLastCrashReport: () => null,
    getUploadedReports: () => [],
    addExtraParameter: (key: string, value: string): void =>
      acts.add('crashReporter.addExtraParameter', { key, value }),
    removeExtraParameter: (): void => undefined,
    getParameters: () => ({}),
  }
}
