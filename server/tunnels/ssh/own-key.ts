/** The key by which this home is let in at the other end: its own, made here, and never one of the owner's. */
import ssh from 'ssh2'
import type { SecretFolder } from '../../core/secret-box.ts'

const FILE = 'tunnel_ed25519'
const COMMENT = 'homebird'
const MOST_TRIES = 20

export interface OwnKey {
  /** In OpenSSH's form. */
  readonly privateKey: string
  /** One line, as `authorized_keys` takes it. */
  readonly publicKey: string
}

/**
 * Takes the one that is there, or makes it.
 * @throws the error of the file system, or Error when what is there is no key
 */
export async function ownKeyIn(secrets: SecretFolder): Promise<OwnKey> {
  const privateKey = secrets.read(FILE)?.toString('utf8') ?? makeKey(secrets)
  const parsed = ssh.utils.parseKey(privateKey)
  if (parsed instanceof Error)
    throw new Error(
      `${secrets.pathOf(FILE)} holds no key (${parsed.message}); move it away, and another is made`,
    )
  return { privateKey, publicKey: `${parsed.type} ${parsed.getPublicSSH().toString('base64')} ${COMMENT}` }
}

function makeKey(secrets: SecretFolder): string {
  const pair = makeKeyPair()
  secrets.write(FILE, pair.private)
  return pair.private
}

/**
 * A pair of Ed25519 in OpenSSH's form. Of some four hundred that ssh2 makes, it cannot read one itself: that one is made
 * again.
 */
export function makeKeyPair(): { readonly private: string; readonly public: string } {
  for (let time = 0; time < MOST_TRIES; time += 1) {
    const pair = ssh.utils.generateKeyPairSync('ed25519', { comment: COMMENT })
    if (!(ssh.utils.parseKey(pair.private) instanceof Error)) return pair
  }
  throw new Error('no key can be made that can be read again')
}
