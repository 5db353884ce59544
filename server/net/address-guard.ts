/**
 * Decides which addresses may be connected to: public ones, and the private networks that the owner named. Pure.
 * @see IANA IPv4 and IPv6 Special-Purpose Address Registries; RFC 6890, 8215, 4380, 3056
 */
import ipaddr, { type IPv4, type IPv6 } from 'ipaddr.js'

export interface AddressGuard {
  /** True when a connection to this address may be opened. Text that is no address is refused. */
  allows(address: string): boolean
}

/** The whole IANA IPv4 special registry, also its few globally reachable entries, and multicast. */
const SPECIAL_IPV4 = networks([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
])

/** Special blocks inside global unicast; Teredo and 6to4 lie in two of them and are unwrapped first. */
const SPECIAL_IPV6 = networks(['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'])
const GLOBAL_UNICAST = network('2000::/3')

/** `wraps` lists where, in bytes, an IPv4 address sits in the IPv6 addresses of a block. */
const WRAPPERS: readonly { block: Network; inner: (bytes: number[]) => number[][] }[] = [
  { block: network('::ffff:0:0/96'), inner: (bytes) => [bytes.slice(12)] },
  { block: network('::ffff:0:0:0/96'), inner: (bytes) => [bytes.slice(12)] },
  { block: network('::/96'), inner: (bytes) => [bytes.slice(12)] },
  { block: network('64:ff9b::/96'), inner: (bytes) => [bytes.slice(12)] },
  // RFC 8215 leaves the layout inside the local block to the operator; only the /96 one can be read for certain.
  { block: network('64:ff9b:1::/96'), inner: (bytes) => [bytes.slice(12)] },
  { block: network('2002::/16'), inner: (bytes) => [bytes.slice(2, 6)] },
  // Teredo: the relay server in clear, the client with every bit turned.
  {
    block: network('2001::/32'),
    inner: (bytes) => [bytes.slice(4, 8), bytes.slice(12).map((byte) => byte ^ 0xff)],
  },
]

/**
 * True when the address is reachable by everybody: an IPv4 address outside the IANA special registry, or an IPv6
 * address in 2000::/3 outside its special blocks. IPv6 addresses that wrap an IPv4 address are judged by that.
 * Every spelling is understood (short, octal, hexadecimal, decimal, brackets, trailing dot); a zone id makes an
 * address local; what cannot be read is not public.
 */
export function isPublicAddress(address: string): boolean {
  const parsed = parseAddress(address)
  return parsed !== undefined && isPublic(parsed)
}

/** @param allowed networks in CIDR form that are let through although they are not public */
export function createAddressGuard(allowed: readonly string[]): AddressGuard {
  const exceptions = networks(allowed).map((entry) => unmappedNetwork(entry))
  return {
    allows(address) {
      const parsed = parseAddress(address)
      if (parsed === undefined) return false
      return isPublic(parsed) || isInAny(unmapped(parsed), exceptions)
    },
  }
}

type Address = IPv4 | IPv6
type Network = readonly [Address, number]

function network(cidr: string): Network {
  return ipaddr.parseCIDR(cidr)
}

/** A network of mapped addresses means the IPv4 network itself. */
function unmappedNetwork([base, bits]: Network): Network {
  const plain = bits >= 96 ? unmapped(base) : base
  return plain === base ? [base, bits] : [plain, bits - 96]
}

function networks(list: readonly string[]): readonly Network[] {
  return list.map((cidr) => network(cidr))
}

/** Reads any spelling of an address; undefined for anything else and for addresses with a zone. */
function parseAddress(raw: string): Address | undefined {
  if (raw.length > 64 || raw.includes('%')) return undefined
  let bare = raw.startsWith('[') && raw.endsWith(']') ? raw.slice(1, -1) : raw
  if (bare.endsWith('.')) bare = bare.slice(0, -1)
  return ipaddr.isValid(bare) ? ipaddr.parse(bare) : undefined
}

function unmapped(address: Address): Address {
  return address.kind() === 'ipv6' && (address as IPv6).isIPv4MappedAddress()
    ? (address as IPv6).toIPv4Address()
    : address
}

function isPublic(address: Address): boolean {
  if (address.kind() === 'ipv4') return !isInAny(address, SPECIAL_IPV4)
  const wrapper = WRAPPERS.find(({ block }) => isIn(address, block))
  if (wrapper !== undefined) {
    return wrapper.inner(address.toByteArray()).every((bytes) => isPublic(ipaddr.fromByteArray(bytes)))
  }
  return isIn(address, GLOBAL_UNICAST) && !isInAny(address, SPECIAL_IPV6)
}

function isInAny(address: Address, list: readonly Network[]): boolean {
  return list.some((entry) => isIn(address, entry))
}

function isIn(address: Address, [base, bits]: Network): boolean {
  return address.kind() === base.kind() && address.match(base, bits)
}
