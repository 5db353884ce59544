/** How a router is asked to lead a port of its own to this machine. */

export interface MappingWish {
  /** Address of this machine towards the router. */
  readonly own: string
  readonly internalPort: number
  readonly externalPort: number
  readonly lifetimeSeconds: number
}

export interface MappingGrant {
  readonly externalPort: number
  /** Null where the router does not tell it. */
  readonly externalAddress: string | null
  /** 0 for one that holds until it is taken back. */
  readonly lifetimeSeconds: number
}

export interface PortMapper {
  /** `PCP`, `NAT-PMP` or `UPnP`. */
  readonly protocol: string
  /** Without asking for anything; null where the router does not tell it, `0.0.0.0` where it says that it has none. */
  externalAddress(): Promise<string | null>
  /** Also renews. @throws Error with what the router says */
  map(wish: MappingWish): Promise<MappingGrant>
  /** Takes it back; a router that is gone or refuses changes nothing. */
  unmap(wish: MappingWish): Promise<void>
}

/** What a router tells that has none towards the world, just now or ever. */
export const WITHOUT_ADDRESS = '0.0.0.0'

/** A router grants a lifetime of its own; what is nonsense counts as this. */
const MOST_LIFETIME_SECONDS = 7 * 86_400

export const boundLifetime = (seconds: number): number => Math.min(seconds, MOST_LIFETIME_SECONDS)
