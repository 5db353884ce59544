/**
 * How secrets lie in the files and settings of the home: as they are, or sealed by a key of the home, which the keychain of the
 * system keeps. Each is bound to its name, so that none can stand in for another.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeFileAtomically } from './atomic-file.ts'
import { HomebirdError, isHomebirdError } from './errors.ts'

const MARK = 'homebird-sealed-1:'
const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES = 32

export const newBoxKey = (): string => randomBytes(KEY_BYTES).toString('base64url')

export function isSealed(kept: string | Uint8Array): boolean {
  const head =
    typeof kept === 'string'
      ? kept.slice(0, MARK.length)
      : Buffer.from(kept).toString('latin1', 0, MARK.length)
  return head === MARK
}

export class SecretBox {
  readonly #key: Buffer | null
  readonly isSealing: boolean

  /**
   * @param key  of this home; without it nothing is sealed, and nothing that is sealed can be read
   * @param isSealing  whether what is kept from now on is sealed; what was kept is read either way
   */
  constructor(key: string | null, isSealing = key !== null) {
    this.#key = key === null ? null : Buffer.from(key, 'base64url')
    this.isSealing = isSealing
  }

  /** For a child that reads secrets itself. */
  get key(): string | null {
    return this.#key?.toString('base64url') ?? null
  }

  seal(name: string, content: Uint8Array): Buffer {
    if (!this.isSealing || this.#key === null) return Buffer.from(content)
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(Buffer.from(name))
    const body = Buffer.concat([cipher.update(content), cipher.final()])
    return Buffer.from(MARK + Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64'))
  }

  /** @throws HomebirdError SECRETS_SEALED without the key, Error where it was damaged, exchanged, or sealed by another */
  open(name: string, kept: Uint8Array): Buffer {
    const bytes = Buffer.from(kept)
    if (!isSealed(bytes)) return bytes
    if (this.#key === null)
      throw new HomebirdError('SECRETS_SEALED', `${name} is sealed by the keychain of the desktop app`)
    const sealed = Buffer.from(bytes.toString('latin1', MARK.length), 'base64')
    try {
      const nonce = sealed.subarray(0, NONCE_BYTES)
      const decipher = createDecipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(name))
        .setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()])
    } catch (error) {
      throw new Error(`${name} was damaged, or sealed for another home`, { cause: error })
    }
  }
}

export const PLAIN_BOX = new SecretBox(null)

/** The folder of the home's secrets. Names have forward slashes; what they name is readable by this user only. */
export class SecretFolder {
  readonly path: string
  readonly box: SecretBox

  constructor(path: string, box: SecretBox) {
    this.path = path
    this.box = box
  }

  pathOf(name: string): string {
    return join(this.path, name)
  }

  /** Null where there is none. @throws as `SecretBox.open`, and the error of the file system */
  read(name: string): Buffer | null {
    try {
      return this.box.open(name, readFileSync(this.pathOf(name)))
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
      throw error
    }
  }

  /** As `read`; what was damaged counts as not there. @throws HomebirdError SECRETS_SEALED, and the error of the file system */
  readSound(name: string): Buffer | null {
    try {
      return this.read(name)
    } catch (error) {
      const isToldOtherwise = isHomebirdError(error) || (error instanceof Error && 'code' in error)
      if (isToldOtherwise) throw error
      return null
    }
  }

  write(name: string, content: string | Uint8Array): void {
    const path = this.pathOf(name)
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileAtomically(path, this.box.seal(name, Buffer.from(content)), 0o600)
  }

  remove(name: string): void {
    rmSync(this.pathOf(name), { force: true })
  }
}
