import assert from 'node:assert/strict'
import { X509Certificate, createHash } from 'node:crypto'
import { test } from 'node:test'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { makeOwnCertificate } from '../../../server/core/own-certificate.ts'
import { newPairingCode, readPairingCode, writePairingCode } from '../../../server/core/pairing-code.ts'

const NOW = new Date('2026-11-30T12:00:00Z')

test('a certificate of our own is sound, and its code says whose it is, however it is typed', () => {
  const { certificate, fingerprint } = makeOwnCertificate(NOW)
  const read = new X509Certificate(certificate)
  assert.ok(read.verify(read.publicKey))
  assert.ok(createHash('sha256').update(read.raw).digest().equals(fingerprint))
  assert.ok(Date.parse(read.validFrom) < NOW.getTime() && NOW.getTime() < Date.parse(read.validTo))
  const code = newPairingCode(fingerprint)
  const written = writePairingCode(code)
  assert.match(written, /^[\dA-Z]{5}(?:-[\dA-Z]{5}){4}$/)
  assert.ok(code.fingerprint.equals(fingerprint.subarray(0, 10)))
  const typed = [written, written.toLowerCase(), ` ${written.replaceAll('-', ' ')} `]
  const mistaken = written.replaceAll('0', 'o').replaceAll('1', 'l')
  for (const text of [...typed, mistaken]) assert.deepEqual(readPairingCode(text), code)
})

test('what is no code, or has a slip in it, is told before anybody is asked', () => {
  const written = writePairingCode({ fingerprint: Buffer.alloc(10, 7), secret: Buffer.alloc(5, 9) })
  const other = written.startsWith('3') ? '4' : '3'
  const slips = [...written.matchAll(/[\dA-Z]/g)].map(
    ({ index }) => written.slice(0, index) + other + written.slice(index + 1),
  )
  const found = slips.filter((text) => text !== written).filter((text) => refusalOf(text) !== null)
  assert.ok(found.length >= slips.length - 5, `${found.length} of ${slips.length} slips are found`)
  for (const text of ['', written.slice(1), `${written}0`, written.replace('-', '$')])
    assert.match(refusalOf(text) ?? '', /that is no pairing code/, text)
})

function refusalOf(text: string): string | null {
  try {
    readPairingCode(text)
    return null
  } catch (error) {
    assert.ok(isHomebirdError(error, 'USAGE'))
    return error.message
  }
}
