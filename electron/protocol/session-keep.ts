/**
 * Keeps the session between two starts: one small file beside the home, sealed by the keychain. Where nothing seals, nothing is
 * kept: the next start signs in anew, and this one ends its session.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
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

export function openSessionKeep(path: string, { sealer, noticed }: KeepNeeds): SessionKeep {
  return {
    async read() {
      // None kept, or none that can be read: the key of the start signs in.
      const sealed = await readFile(path).catch(() => null)
      if (sealed === null || sealed.length > LONGEST_FILE) return null
      try {
        return (await sealer.open(sealed)).text
      } catch (error) {
        noticed(`the kept session cannot be opened, the shell signs in anew: ${sentenceOf(error)}`)
        return null
      }
    },
    async write(token) {
      try {
        if (token !== null && (await sealer.refusal()) === null) {
          await writeWhole(path, await sealer.seal(token))
          return true
        }
        await rm(path, { force: true })
        return token === null
      } catch (error) {
        noticed(`the session is not kept, the shell signs in anew at its next start: ${sentenceOf(error)}`)
        return false
      }
    },
  }
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const next = `${path}.next`
  await writeFile(next, bytes, { mode: 0o600 })
  await rename(next, path)
}

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
