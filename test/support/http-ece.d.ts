/** The part of the library that tests decrypt with; it has no types of its own. */
declare module 'http_ece' {
  import type { ECDH } from 'node:crypto'

  interface DecryptParameters {
    readonly version: 'aes128gcm' | 'aesgcm'
    readonly privateKey?: ECDH
    readonly authSecret?: string
    /** With `aes128gcm` of RFC 8188 alone. */
    readonly key?: string
    /** With `aesgcm`: of the headers. */
    readonly dh?: string
    readonly salt?: string
  }

  const ece: { decrypt(body: Buffer, parameters: DecryptParameters): Buffer }
  export default ece
}
