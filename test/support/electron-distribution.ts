/**
 * A folder that stands in for Electron's own distribution where only packing is looked at: files of the names that
 * electron-builder handles, and a "binary" that holds nothing but a wire of fuses. Nothing of it runs.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** @see docs of @electron/fuses: after the sentinel come the version, the length, and a character for each fuse */
const FUSE_SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'

/** Every fuse as the opposite of what it is to be would be luck: they start as Electron ships them, the first on. */
export function electronStandInBinary(fuses: number): Buffer {
  const wire = Buffer.alloc(fuses, '0')
  wire.write('1')
  return Buffer.concat([Buffer.from(`stand-in ${FUSE_SENTINEL}`), Buffer.from([1, fuses]), wire])
}

export function writeElectronDistribution(folder: string, version: string): void {
  for (const name of ['locales', 'resources']) mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, 'electron'), electronStandInBinary(9), { mode: 0o755 })
  writeFileSync(join(folder, 'LICENSE'), 'Copyright (c) Electron contributors')
  writeFileSync(join(folder, 'LICENSES.chromium.html'), '<!doctype html><title>Credits</title>')
  writeFileSync(join(folder, 'version'), version)
  for (const locale of ['ar', 'de', 'en-US', 'fr'])
    writeFileSync(join(folder, 'locales', `${locale}.pak`), '')
}
