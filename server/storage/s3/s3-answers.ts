/** What providers of storage answer, in the few shapes of XML that are read here. Nothing is expanded, nothing nests. */
import { HomebirdError } from '../../core/errors.ts'

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

/** The text of the first element of this name; null where there is none. */
export function elementText(xml: string, name: string): string | null {
  const text = new RegExp(`<${name}(?:\\s[^>]*)?>([^<]*)</${name}>`).exec(xml)?.[1]
  return text === undefined ? null : unescaped(text.trim())
}

/** What stands in each element of this name. */
export function elementsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>(.*?)</${name}>`, 'gs'))].map(
    ([, inner = '']) => inner,
  )
}

const unescaped = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{2,4}));/gi, (whole, digits, hex, name) => {
    if (name !== undefined) return ENTITIES[String(name)] ?? whole
    const code = digits === undefined ? Number.parseInt(String(hex), 16) : Number(digits)
    return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole
  })

/** What went wrong, as far as the answer says. */
export interface S3Fault {
  readonly status: number
  /** Such as `NoSuchBucket`; empty where none was given, as with answers to HEAD. */
  readonly code: string
  readonly message: string
  /** The provider's clock. */
  readonly date: Date | null
  readonly region: string | null
}

export function faultOf(status: number, date: string | undefined, xml: string): S3Fault {
  const moment = new Date(date ?? '')
  return {
    status,
    code: elementText(xml, 'Code') ?? '',
    message: (elementText(xml, 'Message') ?? '').replaceAll(/\p{Cc}+/gu, ' ').slice(0, 200),
    date: Number.isNaN(moment.getTime()) ? null : moment,
    region: elementText(xml, 'Region'),
  }
}

export interface Place {
  readonly host: string
  readonly bucket: string
  /** The setting that names it, for the remedy. */
  readonly setting: string
}

/** One sentence with the remedy, for whoever has set the storage up. */
export function explainFault(fault: S3Fault, { host, bucket, setting }: Place, now: Date): string {
  // An answer without a body gives no reason.
  const code = fault.code === '' && fault.status === 403 ? 'AccessDenied' : fault.code
  switch (code) {
    case 'NoSuchBucket':
      return `the bucket ${bucket} is not there at ${host}: make it, or change ${setting}`
    case 'InvalidAccessKeyId':
      return `the access key is not known at ${host}: change it in ${setting}`
    case 'SignatureDoesNotMatch':
      return `the secret does not belong to the access key at ${host}, or the region is another: change ${setting}`
    case 'AccessDenied':
      return `the access key may not do this in the bucket ${bucket} at ${host}: it needs to get, put, delete and list objects`
    case 'RequestTimeTooSkewed':
      return `the clock of this machine ${differenceOf(fault, now)} from that of ${host}: set it, best by NTP`
    case 'AuthorizationHeaderMalformed':
    case 'PermanentRedirect':
    case 'IllegalLocationConstraintException':
      return `the bucket ${bucket} is in another region${fault.region === null ? '' : `, ${fault.region}`}: add ?region=${fault.region ?? ''} to ${setting}`
    default:
      return `${host} answered ${fault.status}${fault.code === '' ? '' : ` ${fault.code}`}${fault.message === '' ? '' : `: ${fault.message}`}`
  }
}

function differenceOf({ date }: S3Fault, now: Date): string {
  if (date === null) return 'differs'
  return `differs by ${Math.round(Math.abs(now.getTime() - date.getTime()) / 1_000)} s`
}

export const unreachable = (why: string, cause?: unknown): HomebirdError =>
  new HomebirdError('STORAGE_UNREACHABLE', why, cause === undefined ? {} : { cause })
