/**
 * The keychain of the system, by Electron's `safeStorage`, and how well it keeps secrets. Where Linux offers `basic_text`
 * only, a key that everybody knows would seal nothing, so nothing is sealed by it and it is said.
 * @see security rule 95
 */
import type { Appliance, Sealer } from '../../server/appliance/index.ts'
import type { SecretsBridge, SecretsLevel } from '../../server/contracts/desktop-bridge.ts'
import type { ElectronParts } from '../electron-parts.ts'

/** A person may be asked for a password meanwhile. */
const ANSWER_LIMIT_MS = 60_000

const BASIC_TEXT =
  'This computer has no keyring that Homebird can use, so secrets are kept in files that only your account may read. Whoever can read the disk can read them too. Install and unlock a keyring, such as GNOME Keyring or KWallet, and start Homebird again'
const UNAVAILABLE =
  'The keychain of this computer does not answer, so secrets are kept in files that only your account may read. Unlock it and start Homebird again'

export interface DesktopSecrets {
  readonly sealer: Sealer
  /** @param isSealed  whether the home keeps its secrets sealed now */
  level(isSealed: boolean): Promise<SecretsLevel>
  /** What the window is offered, of the home that runs then. */
  offered(home: () => Pick<Appliance, 'secrets' | 'keepSecrets'> | null): SecretsBridge
}

interface SecretsNeeds {
  readonly platform: NodeJS.Platform
  readonly limitMs?: number
}

/** Call it once the app is ready: before, no backend is chosen. */
export function openSecrets(
  { safeStorage }: Pick<ElectronParts, 'safeStorage'>,
  { platform, limitMs = ANSWER_LIMIT_MS }: SecretsNeeds,
): DesktopSecrets {
  const isBasicText = (): boolean =>
    platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text'
  const isThere = async (): Promise<boolean> =>
    within(limitMs, safeStorage.isAsyncEncryptionAvailable()).catch(() => false) // it has not answered
  const sealer: Sealer = {
    async refusal() {
      if (isBasicText()) return BASIC_TEXT
      return (await isThere()) ? null : UNAVAILABLE
    },
    async seal(text) {
      return within(limitMs, safeStorage.encryptStringAsync(text))
    },
    async open(sealed) {
      const { result, shouldReEncrypt } = await within(
        limitMs,
        safeStorage.decryptStringAsync(Buffer.from(sealed)),
      )
      return { text: result, isToBeSealedAgain: shouldReEncrypt }
    },
  }
  const level = async (isSealed: boolean): Promise<SecretsLevel> => {
    if (isSealed) return 'keychain'
    return isBasicText() ? 'basic_text' : 'plain'
  }
  return {
    sealer,
    level,
    offered: (home) => ({
      level: async () => level(home()?.secrets.areSealed === true),
      keptPlain: {
        isOn: async () => home()?.secrets.areWishedSealed === false,
        async setOn(isOn) {
          const running = home()
          if (running === null) throw new Error('The home is not running. Try again once it runs.')
          running.keepSecrets(isOn ? 'plain' : 'sealed')
        },
      },
    }),
  }
}

/** @throws Error when it takes longer */
async function within<T>(limitMs: number, answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new Error(`the keychain gave no answer within ${limitMs / 1_000} s`)),
    limitMs,
  )
  try {
    return await Promise.race([answer, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
