/** Stands in for Electron's `safeStorage`: a keychain of one test, with the states that a real one can be in. */
import type { ElectronParts } from '../../electron/electron-parts.ts'

interface KeychainState {
  readonly backend?: ReturnType<ElectronParts['safeStorage']['getSelectedStorageBackend']>
  readonly isThere?: boolean
  readonly isBroken?: boolean
  readonly isSilent?: boolean
}

export interface Keychain extends Pick<ElectronParts, 'safeStorage'> {
  /** From now on it has a new key, and still opens what was sealed by the former ones. */
  turn(): void
  /** From now on it opens nothing that was sealed before. */
  lose(): void
}

export function keychainOf({ backend, isThere, isBroken, isSilent }: KeychainState = {}): Keychain {
  let key = 1
  let oldest = 1
  const answer = async <T>(make: () => T): Promise<T> => {
    if (isSilent === true) return new Promise(() => undefined)
    if (isBroken === true) throw new Error('the keyring is locked')
    return make()
  }
  const safeStorage = {
    getSelectedStorageBackend: () => backend ?? 'gnome_libsecret',
    isAsyncEncryptionAvailable: async () => answer(() => isThere !== false),
    encryptStringAsync: async (text: string) =>
      answer(() => Buffer.from(`${key}:${Buffer.from(text).toString('base64')}`)),
    decryptStringAsync: async (sealed: Buffer) =>
      answer(() => {
        const [made = '', text = ''] = sealed.toString().split(':')
        if (!(Number(made) >= oldest)) throw new Error('Error while decrypting the ciphertext')
        return { result: Buffer.from(text, 'base64').toString(), shouldReEncrypt: Number(made) < key }
      }),
  }
  return {
    // Only what is async is used of it, and asked for the backend.
    safeStorage: safeStorage as unknown as ElectronParts['safeStorage'],
    turn: () => void (key += 1),
    lose: () => void (oldest = key += 1),
  }
}
