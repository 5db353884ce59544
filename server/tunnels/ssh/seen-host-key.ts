/** Which key a server shows, for the owner to compare before it is trusted. */
import ssh from 'ssh2'
import { fingerprintOf } from '../../core/ssh-fingerprint.ts'

const LIMIT_MS = 8_000

/**
 * Speaks to the server until it has shown its key and no further: nobody signs in.
 * @returns its fingerprint, or null when nothing that speaks ssh answers within 8 s
 */
export async function seeHostKey(host: string, port: number): Promise<string | null> {
  const client = new ssh.Client()
  const { promise, resolve } = Promise.withResolvers<string | null>()
  client.on('error', () => resolve(null))
  client.on('close', () => resolve(null))
  try {
    client.connect({
      host,
      port,
      username: 'nobody',
      readyTimeout: LIMIT_MS,
      hostVerifier: (key: Buffer) => {
        resolve(fingerprintOf(key))
        return false
      },
    })
    return await promise
  } catch {
    return null // a name that cannot even be asked for; `prepare` says what is wrong with it
  } finally {
    client.destroy()
  }
}
