/** What the lines of `tailscale funnel` say. */
import type { TunnelEvent } from '../provider.ts'

const AVAILABLE = /^Available on the internet/i
const NOT_ENABLED = /\b(?:Funnel|Serve) is not enabled on your tailnet/i
const NOT_ALLOWED =
  /Funnel not available|"funnel" node attribute|Funnel (?:feature )?is not (?:allowed|permitted)/i
const CONSOLE = /https:\/\/login\.tailscale\.com\/[\w./?=&%-]{1,200}/
const DENIED = /Access denied|serve config denied/i
const TAKEN = /background configuration already exists|already serving/i

/** Reads one life of the program. */
export class FunnelLines {
  readonly #name: string | null
  #waitsForConsent = false

  constructor(name: string | null) {
    this.#name = name
  }

  read(line: string): TunnelEvent | null {
    if (AVAILABLE.test(line)) return { type: 'connected', to: this.#name ?? 'Tailscale' }
    if (DENIED.test(line))
      return final(
        'Tailscale lets only its operator do that; make the account that runs Homebird its operator, once: sudo tailscale set --operator=ACCOUNT',
      )
    if (TAKEN.test(line))
      return final(
        'another service of Tailscale has port 443 of this computer; end it: tailscale funnel --https=443 off',
      )
    if (NOT_ALLOWED.test(line)) return final(notAllowed(null))
    // The address at which the owner allows it stands in one of the next lines, and the program goes on waiting.
    this.#waitsForConsent ||= NOT_ENABLED.test(line)
    const console = this.#waitsForConsent ? (CONSOLE.exec(line)?.[0] ?? null) : null
    return console === null ? null : final(notAllowed(console))
  }
}

function notAllowed(console: string | null): string {
  const where = console === null ? 'in the console of Tailscale' : `at ${console}`
  return `this tailnet does not allow Funnel yet; allow it ${where}`
}

const final = (reason: string): TunnelEvent => ({ type: 'lost', reason, isFinal: true })
