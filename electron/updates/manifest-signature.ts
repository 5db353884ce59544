/** The detached signature of a release's manifest: Ed25519 over the file's own name and its bytes. */
import { type KeyObject, sign, verify } from 'node:crypto'

/** Stands beside the manifest, as `latest-linux.yml.sig`: one signature in base64 on each line. */
export const SIGNATURE_SUFFIX = '.sig'
export const MAX_SIGNATURE_BYTES = 1_024
const SIGNATURE = /^[A-Za-z0-9+/]{86}==$/
const MAX_SIGNATURES = 3

/** @returns one line of the signature file */
export function signManifest(fileName: string, manifest: Uint8Array, key: KeyObject): string {
  return sign(null, signedBytes(fileName, manifest), key).toString('base64')
}

/**
 * Whether one of the keys signed exactly these bytes under exactly this name. A manifest for another system or channel
 * is therefore none, though the same hand signed it.
 */
export function isSigned(
  fileName: string,
  manifest: Uint8Array,
  signatures: string,
  keys: readonly KeyObject[],
): boolean {
  const bytes = signedBytes(fileName, manifest)
  return signatures
    .split(/\r?\n/)
    .filter((line) => SIGNATURE.test(line))
    .slice(0, MAX_SIGNATURES)
    .some((line) => keys.some((key) => verify(null, bytes, key, Buffer.from(line, 'base64'))))
}

/** The purpose stands in front, so that nothing else which the key may sign can ever be taken for a release. */
function signedBytes(fileName: string, manifest: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`homebird release 1\n${fileName}\n`), manifest])
}
