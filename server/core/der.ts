/** Writes the few shapes of ASN.1 that a certificate, or a request for one, is made of. @see X.690, 8 and 10 */

export const integer = (value: Buffer): Buffer => encode(0x02, value)
export const bitString = (value: Buffer): Buffer => encode(0x03, Buffer.concat([Buffer.from([0]), value]))
export const octetString = (value: Buffer): Buffer => encode(0x04, value)
export const sequence = (...parts: readonly Buffer[]): Buffer => encode(0x30, Buffer.concat(parts))
export const setOf = (...parts: readonly Buffer[]): Buffer => encode(0x31, Buffer.concat(parts))
export const utf8 = (value: string): Buffer => encode(0x0c, Buffer.from(value))
export const yes = (): Buffer => encode(0x01, Buffer.from([0xff]))
/** With a tag that the surrounding shape gives it. */
export const tagged = (number: number, value: Buffer, isConstructed = true): Buffer =>
  encode((isConstructed ? 0xa0 : 0x80) | number, value)

/** Of the years 1950 to 2049, whole seconds. */
export function utcTime(moment: Date): Buffer {
  const digits = moment.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)
  return encode(0x17, Buffer.from(`${digits}Z`, 'latin1'))
}

/** Such as `1.2.840.10045.4.3.2`. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const part of rest) {
    const groups = [part & 0x7f]
    for (let value = part >>> 7; value > 0; value >>>= 7) groups.unshift((value & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return encode(0x06, Buffer.from(bytes))
}

function encode(tag: number, value: Buffer): Buffer {
  const { length } = value
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), value])
  const size: number[] = []
  for (let rest = length; rest > 0; rest >>>= 8) size.unshift(rest & 0xff)
  return Buffer.concat([Buffer.from([tag, 0x80 | size.length, ...size]), value])
}

export function pemOf(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
