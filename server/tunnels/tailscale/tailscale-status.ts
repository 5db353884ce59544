/** What the daemon of Tailscale says of itself, as far as Funnel needs it. */

export interface TailscaleStatus {
  /** `Running`, `NeedsLogin`, `NeedsMachineAuth`, `Stopped`, `Starting`, … */
  readonly state: string
  /** Where the owner signs in; null where there is nothing to sign in to. */
  readonly signInUrl: string | null
  /** The name of this computer that the world can ask for, in lower case and without its last dot; null without one. */
  readonly name: string | null
  /** Whether this tailnet lets it be reached from outside; null where the daemon does not say. */
  readonly mayFunnel: boolean | null
}

const MOST_NAME = 253

/** Null for what is no such answer. */
export function readTailscaleStatus(text: string): TailscaleStatus | null {
  const parsed = parseObject(text)
  const state = parsed?.['BackendState']
  if (parsed === null || typeof state !== 'string') return null
  const self = objectOf(parsed['Self'])
  return {
    state: state.slice(0, 40),
    signInUrl: signInUrlOf(parsed['AuthURL']),
    name: nameOf(self?.['DNSName']),
    mayFunnel: mayFunnel(self),
  }
}

/** A list in older ones, a map in newer ones; neither without a control server that tells it. */
function mayFunnel(self: Readonly<Record<string, unknown>> | null): boolean | null {
  const map = objectOf(self?.['CapMap'])
  if (map !== null) return Object.keys(map).some(isFunnel)
  const list = self?.['Capabilities']
  if (!Array.isArray(list)) return null
  return list.some((one) => typeof one === 'string' && isFunnel(one))
}

const isFunnel = (capability: string): boolean =>
  capability === 'funnel' || capability === 'https://tailscale.com/cap/funnel'

function nameOf(raw: unknown): string | null {
  if (typeof raw !== 'string') return null
  const name = raw.toLowerCase().replace(/\.$/, '')
  return name.length <= MOST_NAME && /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(name) ? name : null
}

function signInUrlOf(raw: unknown): string | null {
  const url = typeof raw === 'string' && raw.length <= 300 ? URL.parse(raw) : null
  return url?.protocol === 'https:' ? url.href : null
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return objectOf(JSON.parse(text))
  } catch {
    return null
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null
}
