/** An endpoint of ngrok, kept by its own package inside this process. Each request counts in the owner's plan there. */
import type { FindingCode, TunnelFinding } from '../../contracts/tunnel.ts'
import { describeError } from '../../core/errors.ts'
import { VERSION } from '../../core/version.ts'
import { EventFeed } from '../event-feed.ts'
import { listenUrl } from '../listen-url.ts'
import { hide } from '../program.ts'
import type { LocalTarget, TunnelEvent, TunnelProvider } from '../provider.ts'
import { type NgrokModule, type NgrokSession, loadNgrok } from './ngrok-module.ts'

/** The release that this was made for. */
const PACKAGE = '@ngrok/ngrok@1.7.0'
const WELL_FORMED = /^[A-Za-z0-9_-]{20,200}$/
/** ngrok's own numbers: a token that is none, was taken back or belongs to nobody, a domain that is not of this account. */
const REFUSED = /\bERR_NGROK_(?:105|107|319|320|4018)\b/
const MOST_REASON = 250

export class NgrokProvider implements TunnelProvider {
  readonly kind = 'ngrok'
  readonly isMetered = true
  readonly #token: string
  readonly #load: () => Promise<NgrokModule | null>

  constructor(token: string, load: () => Promise<NgrokModule | null> = loadNgrok) {
    this.#token = token
    this.#load = load
  }

  async prepare(): Promise<readonly TunnelFinding[]> {
    const findings: TunnelFinding[] = []
    const tell = (weight: TunnelFinding['weight'], code: FindingCode, message: string): number =>
      findings.push({ weight, code, message })
    if ((await this.#load()) === null)
      tell(
        'stop',
        'NO_PROGRAM',
        `the package of ngrok is not there; add it where Homebird is: npm install --no-save ${PACKAGE}`,
      )
    if (this.#token === '')
      tell(
        'stop',
        'NO_TOKEN',
        'the authtoken of ngrok is missing; copy it from its dashboard into HOMEBIRD_TUNNEL_TOKEN',
      )
    else if (!WELL_FORMED.test(this.#token))
      tell(
        'stop',
        'BAD_TOKEN',
        `what is given as HOMEBIRD_TUNNEL_TOKEN (${this.#token.length} characters) is no authtoken of ngrok; copy it again from its dashboard`,
      )
    tell(
      'warn',
      'METERED',
      'ngrok’s free plan ends at 20,000 requests a month, which a home with some followers uses up, and shows browsers a page of its own first; its paid plans do neither',
    )
    return findings
  }

  async *run(target: LocalTarget, signal: AbortSignal): AsyncGenerator<TunnelEvent, void> {
    yield { type: 'connecting', to: 'ngrok' }
    const feed = new EventFeed<TunnelEvent>()
    const end = (reason: string, isFinal: boolean): void => {
      feed.push({ type: 'lost', reason: this.#shown(reason), isFinal })
      feed.end()
    }
    const stop = (): void => end('it was closed', false)
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    const opening = this.#open(target, end).then(
      (opened) => {
        feed.push({ type: 'connected', to: opened.url })
        return opened.session
      },
      (error: unknown) => {
        const said = error instanceof Error ? error.message : describeError(error)
        end(said, REFUSED.test(said))
        return null
      },
    )
    try {
      yield* feed.read()
    } finally {
      signal.removeEventListener('abort', stop)
      // One that was still being opened is closed when it is; what failed has been told, and nothing stands open then.
      void opening.then(async (session) => session?.close()).catch(() => undefined)
    }
  }

  /** Its heartbeats notice a dead connection within seconds. */
  nudge(): void {}

  async #open(
    { addresses: [address], publicHost }: LocalTarget,
    end: (reason: string, isFinal: boolean) => void,
  ): Promise<{ readonly session: NgrokSession; readonly url: string }> {
    const loaded = await this.#load()
    if (loaded === null) throw new Error(`the package ${PACKAGE} is not there`)
    const session = await new loaded.SessionBuilder()
      .authtoken(this.#token)
      .clientInfo('homebird', VERSION)
      .handleDisconnection((_address, error) => {
        end(`ngrok has gone: ${error}`, REFUSED.test(error))
        // Answered so, it would throw where nobody can catch it; the session is closed instead.
        return true
      })
      .handleStopCommand(() => end('it was stopped in ngrok’s dashboard', true))
      .connect()
    try {
      const endpoint = session.httpEndpoint().domain(publicHost.replace(/:\d+$/, ''))
      const listener = await endpoint.listenAndForward(listenUrl(address))
      return { session, url: listener.url() ?? publicHost }
    } catch (error) {
      // Why it could not be opened says more than that it could not be closed.
      await session.close().catch(() => undefined)
      throw error
    }
  }

  #shown(reason: string): string {
    return hide(reason, [this.#token]).replaceAll(/\s+/g, ' ').trim().slice(0, MOST_REASON)
  }
}
