/**
 * The secrets of a home as they are kept: sealed by a key of the home, which the keychain of the system seals, or plain. What
 * changes from one to the other may be broken off at any point: secrets are read either way, and the next start goes on.
 * @see security rule 95
 */
import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { join, sep } from 'node:path'
import { writeFileAtomically } from '../core/atomic-file.ts'
import type { DataDir } from '../core/data-dir.ts'
import { HomebirdError, describeError } from '../core/errors.ts'
import { PLAIN_BOX, SecretBox, isSealed, newBoxKey } from '../core/secret-box.ts'
import type { ApplianceStore } from './appliance-store.ts'
import { SEAL_FILE, type SealState, readSealState, writeSealState } from './seal-file.ts'
import type { Sealer } from './sealer.ts'

/** What a crash has left of a file that was being written; it may hold a secret. */
const UNFINISHED = /^\..*\.[0-9a-f]{12}\.new$/
/** Folders of secrets that were given up. */
export const GIVEN_UP = 'given-up-'

type Notice = (level: 'info' | 'warn', message: string) => void

export class Seal {
  readonly #dir: DataDir
  readonly #sealer: Sealer | null
  readonly #notice: Notice
  #state: SealState
  #box: SecretBox

  private constructor(
    dir: DataDir,
    sealer: Sealer | null,
    opened: { state: SealState; box: SecretBox; notice: Notice },
  ) {
    this.#dir = dir
    this.#sealer = sealer
    this.#state = opened.state
    this.#box = opened.box
    this.#notice = opened.notice
  }

  /**
   * Reads only.
   * @param sealer  null where there is no keychain to ask, as headless
   * @throws HomebirdError SECRETS_SEALED naming the remedy
   */
  static async open(dir: DataDir, sealer: Sealer | null, notice: Notice): Promise<Seal> {
    const state = readSealState(dir)
    if (state.key === null) return new Seal(dir, sealer, { state, box: PLAIN_BOX, notice })
    if (sealer === null) throw sealedWithoutDesktop(dir)
    const { text, isToBeSealedAgain } = await openKey(dir, sealer, state.key)
    const seal = new Seal(dir, sealer, { state, box: new SecretBox(text, state.wish === 'sealed'), notice })
    if (isToBeSealedAgain) await seal.#sealKeyAgain(sealer, text)
    return seal
  }

  get box(): SecretBox {
    return this.#box
  }

  get state(): SealState {
    return this.#state
  }

  /** Makes the key where there is none and there shall be one. Never keeps a home from starting. */
  async prepare(): Promise<void> {
    if (this.#sealer === null || this.#state.wish === 'plain' || this.#state.key !== null) return
    try {
      const refusal = await this.#sealer.refusal()
      if (refusal !== null) return this.#notice('warn', refusal)
      const key = newBoxKey()
      this.#keep({ ...this.#state, key: await sealedKey(this.#sealer, key) })
      this.#box = new SecretBox(key)
      this.#notice(
        'info',
        'the secrets of this home are sealed by the keychain of this computer; only the desktop app can open them from now on',
      )
    } catch (error) {
      this.#notice(
        'warn',
        `secrets are kept in plain files, as the keychain refused: ${describeError(error)}`,
      )
    }
  }

  /** Brings everything into the form that is wished for; also what an earlier start did not come to. */
  convert(store: Pick<ApplianceStore, 'convertSecrets'>): void {
    if (this.#box.key === null) return
    const left = secretFiles(this.#dir.secrets).filter((name) => !this.#convertFile(name))
    store.convertSecrets()
    if (this.#state.wish !== 'plain') return
    if (left.length > 0)
      return this.#notice(
        'warn',
        `${left.length} of the secrets could not be written as plain files; the key that opens them is kept, and the next start of the desktop app tries again`,
      )
    // Last: whatever breaks this off, the key is there for what is still sealed.
    this.#keep({ ...this.#state, key: null })
  }

  /** Counts from the next start; `plain` also when the home stops, so that it can be run without a window at once. */
  wish(how: SealState['wish']): void {
    this.#keep({ ...this.#state, wish: how })
  }

  /** When every child has ended. */
  finish(store: Pick<ApplianceStore, 'convertSecrets' | 'use'>): void {
    if (this.#state.wish !== 'plain' || this.#box.key === null || this.#state.key === null) return
    try {
      this.#box = new SecretBox(this.#box.key, false)
      store.use(this.#box)
      this.convert(store)
    } catch (error) {
      this.#notice('warn', `secrets are still sealed, in part: ${describeError(error)}`) // the next start goes on
    }
  }

  /** @returns false where the key is still needed for it: another attempt may bring it about */
  #convertFile(name: string): boolean {
    const path = join(this.#dir.secrets, name)
    try {
      const kept = readFileSync(path)
      if (isSealed(kept) === this.#box.isSealing) return true
      const content = this.#openSound(name, kept)
      if (content === null) return true
      writeFileAtomically(path, this.#box.seal(name, content), 0o600)
      return true
    } catch (error) {
      this.#notice('warn', `secrets/${name} stays as it is: ${describeError(error)}`)
      return false
    }
  }

  /** Null for what this key does not open, and so has no use for it. */
  #openSound(name: string, kept: Buffer): Buffer | null {
    try {
      return this.#box.open(name, kept)
    } catch (error) {
      this.#notice('warn', `secrets/${name} stays as it is: ${describeError(error)}`)
      return null
    }
  }

  async #sealKeyAgain(sealer: Sealer, key: string): Promise<void> {
    try {
      this.#keep({ ...this.#state, key: await sealedKey(sealer, key) })
    } catch (error) {
      // The former one still opens it; the next start tries again.
      this.#notice('warn', `the keychain has a new key, but did not take it: ${describeError(error)}`)
    }
  }

  #keep(state: SealState): void {
    writeSealState(this.#dir, state)
    this.#state = state
  }
}

/** Files with forward slashes, without what is not secret; what a crash has left is taken away. */
export function secretFiles(folder: string): string[] {
  const names: string[] = []
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(folder.length + 1).replaceAll(sep, '/')
    if (name.startsWith(GIVEN_UP)) continue
    if (UNFINISHED.test(entry.name)) rmSync(path, { force: true })
    else if (name !== SEAL_FILE) names.push(name)
  }
  return names
}

/** Proven to open again before anything depends on it. */
async function sealedKey(sealer: Sealer, key: string): Promise<string> {
  const sealed = await sealer.seal(key)
  if ((await sealer.open(sealed)).text !== key)
    throw new Error('the keychain does not give back what it was given')
  return Buffer.from(sealed).toString('base64')
}

async function openKey(dir: DataDir, sealer: Sealer, key: string): ReturnType<Sealer['open']> {
  try {
    return await sealer.open(Buffer.from(key, 'base64'))
  } catch (error) {
    const refusal = await sealer.refusal()
    throw new HomebirdError(
      'SECRETS_SEALED',
      `the secrets of this home are sealed, and the keychain of this computer does not open them${refusal === null ? '' : ` (${refusal})`}; unlock it and start again. If its key is lost, as after a new installation or on another computer, give the sealed secrets up with: homebird secrets renew --confirm --data-dir ${dir.path}`,
      { cause: error },
    )
  }
}

export function sealedWithoutDesktop(dir: DataDir): HomebirdError {
  return new HomebirdError(
    'SECRETS_SEALED',
    `the secrets in ${dir.secrets} are sealed by the keychain of this computer, which only the desktop app can ask; open the desktop app, choose Settings, Privacy and safety, "Keep secrets in plain files" and quit it, then start again. If the app or its keychain is gone: homebird secrets renew --confirm`,
  )
}
