/**
 * Keeps the session between two starts: one small file beside the home, sealed by the keychain. Where nothing seals, nothing is
 * kept: the next start signs in anew, and this one ends its session.
 */
import { readFile, rm } from 'node:fs/promises'
import { writeFileAtomically } from '../../server/appliance/index.ts'
import type { SessionKeep } from './owner-session.ts'

export interface SessionSealer {
  /** Null where it seals. */
  refusal(): Promise<string | null>
  seal(text: string): Promise<Uint8Array>
  open(sealed: Uint8Array): Promise<{ readonly text: string }>
}

interface KeepNeeds {
  readonly sealer: SessionSealer
  /** For the journal. */
  readonly noticed: (message: string) => void
}

const LONGEST_FILE = 10_000

export function openSessionKeep(path: string, needs: KeepNeeds): SessionKeep {
  return new SealedFile(path, needs)
}

class SealedFile implements SessionKeep {
  readonly #path: string
  readonly #needs: KeepNeeds
  /** What lies there and did not open: the keychain may be locked only. */
  #unopened: Uint8Array | null = null
  /** The last that was told to be kept wins. */
  #writing: Promise<unknown> = Promise.resolve()

  constructor(path: string, needs: KeepNeeds) {
    this.#path = path
    this.#needs = needs
  }

  async read(): Promise<string | null> {
    // None kept, or none that can be read: the key of the start signs in.
    const sealed = await readFile(this.#path).catch(() => null)
    if (sealed === null || sealed.length > LONGEST_FILE) return null
    try {
      return (await this.#needs.sealer.open(sealed)).text
    } catch (error) {
      this.#unopened = sealed
      this.#needs.noticed(`the kept session cannot be opened, the shell signs in anew: ${sentenceOf(error)}`)
      return null
    }
  }

  async former(): Promise<string | null> {
    if (this.#unopened === null) return null
    // Still shut, as was told when it was read.
    const opened = await this.#needs.sealer.open(this.#unopened).catch(() => null)
    return opened?.text ?? null
  }

  async write(token: string | null): Promise<boolean> {
    const written = this.#writing.then(async () => this.#write(token))
    this.#writing = written
    return written
  }

  async #write(token: string | null): Promise<boolean> {
    const { sealer, noticed } = this.#needs
    try {
      if (token !== null && (await sealer.refusal()) === null) {
        writeFileAtomically(this.#path, await sealer.seal(token), 0o600)
        this.#unopened = null
        return true
      }
      // What did not open is left for a start that finds the keychain open.
      if (token !== null && this.#unopened !== null) return false
      await rm(this.#path, { force: true })
      this.#unopened = null
      return token === null
    } catch (error) {
      noticed(`the session is not kept, the shell signs in anew at its next start: ${sentenceOf(error)}`)
      return false
    }
  }
}

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
