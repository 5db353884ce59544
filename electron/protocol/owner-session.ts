/**
 * The owner's session of the desktop: whoever sits before this computer runs the home, so the shell signs in by the key of its
 * start, and keeps the session out of reach of every page. A sign-out by the person holds until they sign in or the shell
 * starts anew.
 * @see security rule 81
 */
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { ListenAddress } from '../../server/contracts/listen-address.ts'
import { WINDOW_HEADER, type WindowState } from '../../server/contracts/owner-api.ts'
import { HomeAway, type HomeRequest, askHome, dial, isReading } from './private-line.ts'

const API = '/api/homebird/v1'
const TOKEN = /^[\w-]{20,200}$/
/** How long who sits here may stay open: every request of the window waits for it. */
const ANSWER_LIMIT_MS = 10_000
/** A home that hangs is to be stopped in order too, and all of quitting has seconds. */
const CLOSE_LIMIT_MS = 2_000

/** The home as it runs now. */
export interface RunningHome {
  readonly listen: ListenAddress
  /** Signs in once; another one after each start of the home. */
  readonly oneTimeKey: string
}

/** Where the session is kept between two starts, sealed. */
export interface SessionKeep {
  /** Null: nothing is kept, or it cannot be read. */
  read(): Promise<string | null>
  /** One that could not be opened when it was read, and can be now: another takes its place, so it is to be ended. */
  former(): Promise<string | null>
  /** @returns false where it cannot be kept: the session is ended with the shell then */
  write(token: string | null): Promise<boolean>
}

export interface OwnerSession {
  /**
   * Asks the home as the owner.
   * @param asked  a change names `x-homebird` itself where a page of ours made it; all else is added here
   * @throws HomeAway while there is no home
   */
  ask(asked: HomeRequest): Promise<IncomingMessage>
  /** Ends the session where it was made for this run only. */
  close(): Promise<void>
}

interface OwnerSessionNeeds {
  /** Null while no server runs. */
  readonly home: () => RunningHome | null
  readonly keep: SessionKeep
  /** How this computer is named in the list of those who are signed in. */
  readonly userAgent: string
  readonly limits?: { readonly answerMs: number; readonly closeMs: number }
}

export function openOwnerSession(needs: OwnerSessionNeeds): OwnerSession {
  return new KeptSession(needs)
}

class KeptSession implements OwnerSession {
  readonly #needs: OwnerSessionNeeds
  readonly #limits: { readonly answerMs: number; readonly closeMs: number }
  /** Undefined: nobody has looked yet. */
  #token: string | null | undefined
  #isKept = true
  #isSignedOut = false
  /** The key of the start for which the token was last found to be good, or no other to be had. */
  #settledFor: string | null = null
  #usedKey: string | null = null
  #settling: Promise<void> | null = null

  constructor(needs: OwnerSessionNeeds) {
    this.#needs = needs
    this.#limits = needs.limits ?? { answerMs: ANSWER_LIMIT_MS, closeMs: CLOSE_LIMIT_MS }
  }

  async ask(asked: HomeRequest): Promise<IncomingMessage> {
    const home = this.#home()
    const token = await this.#current(home)
    const answer = await this.#send(home, asked, token)
    const isRepeatable = isReading(asked.method)
    if (answer.statusCode !== 401 || token === null || !isRepeatable) return answer
    const renewed = await this.#renew(home, token)
    if (renewed === null || renewed === token) return answer
    answer.destroy()
    return this.#send(home, asked, renewed)
  }

  async close(): Promise<void> {
    const home = this.#needs.home()
    if (this.#isKept || home === null || typeof this.#token !== 'string') return
    const ended = this.#token
    this.#token = null
    await this.#end(home, ended)
  }

  /** Says nothing to the keep: there may be another one in it. */
  async #end(home: RunningHome, token: string): Promise<void> {
    const { authority } = dial(home.listen)
    // A home that is away already, or hangs, forgets the session by itself, in thirty days.
    const answer = await askHome(home.listen, {
      method: 'DELETE',
      path: `${API}/session`,
      headers: {
        'user-agent': this.#needs.userAgent,
        origin: `http://${authority}`,
        [WINDOW_HEADER]: '1',
        cookie: `${cookieName(home.listen)}=${token}`,
      },
      limitMs: this.#limits.closeMs,
    }).catch(() => null)
    answer?.resume()
  }

  #home(): RunningHome {
    const home = this.#needs.home()
    if (home === null) throw new HomeAway('the home is not running')
    return home
  }

  async #send(home: RunningHome, asked: HomeRequest, token: string | null): Promise<IncomingMessage> {
    const { authority } = dial(home.listen)
    const isChange = !isReading(asked.method)
    const answer = await askHome(home.listen, {
      ...asked,
      headers: {
        'user-agent': this.#needs.userAgent,
        ...asked.headers,
        ...(isChange ? { origin: `http://${authority}` } : {}),
        ...(token === null ? {} : { cookie: `${cookieName(home.listen)}=${token}` }),
      },
    })
    if (isChange) await this.#hear(home, answer)
    return answer
  }

  /** Signing in, signing out and whatever changes the session say so by their cookie. */
  async #hear(home: RunningHome, answer: IncomingMessage): Promise<void> {
    const given = sessionIn(answer.headers['set-cookie'] ?? [])
    if (given === undefined || (answer.statusCode ?? 500) >= 400) return
    this.#isSignedOut = given === null
    this.#settledFor = home.oneTimeKey
    await this.#take(given)
  }

  async #take(token: string | null): Promise<void> {
    this.#token = token
    this.#isKept = await this.#needs.keep.write(token)
  }

  async #current(home: RunningHome): Promise<string | null> {
    if (this.#settledFor !== home.oneTimeKey) {
      this.#settling ??= this.#settle(home).finally(() => {
        this.#settling = null
      })
      await this.#settling
    }
    return this.#token ?? null
  }

  /** @returns the token to ask with now; null where the person has to sign in */
  async #renew(home: RunningHome, refused: string): Promise<string | null> {
    if (this.#token === refused) this.#settledFor = null
    return this.#current(home)
  }

  async #settle(home: RunningHome): Promise<void> {
    if (this.#token === undefined) this.#token = await this.#keptToken()
    const isGood = this.#token !== null && (await this.#isGood(home, this.#token))
    if (!isGood && !this.#isSignedOut) {
      const fresh = this.#usedKey === home.oneTimeKey ? null : await this.#signIn(home)
      const former = fresh === null ? null : await this.#needs.keep.former()
      if (fresh !== null || this.#token !== null) await this.#take(fresh)
      if (former !== null && TOKEN.test(former) && this.#isKept) await this.#end(home, former)
    }
    this.#settledFor = home.oneTimeKey
  }

  async #keptToken(): Promise<string | null> {
    const kept = await this.#needs.keep.read()
    return kept !== null && TOKEN.test(kept) ? kept : null
  }

  async #isGood(home: RunningHome, token: string): Promise<boolean> {
    const asked = { method: 'GET', path: `${API}/state`, limitMs: this.#limits.answerMs }
    const answer = await this.#send(home, asked, token)
    const state = await readJson<WindowState>(answer)
    return state.phase === 'signed_in' || state.phase === 'left' || state.phase === 'needs_set_up'
  }

  /** @returns null where the key was used already: by a browser, say */
  async #signIn(home: RunningHome): Promise<string | null> {
    const answer = await askHome(home.listen, {
      method: 'POST',
      path: `${API}/session/key`,
      headers: {
        'user-agent': this.#needs.userAgent,
        origin: `http://${dial(home.listen).authority}`,
        [WINDOW_HEADER]: '1',
        'content-type': 'application/json',
      },
      body: Buffer.from(JSON.stringify({ key: home.oneTimeKey })),
      limitMs: this.#limits.answerMs,
    })
    const token = sessionIn(answer.headers['set-cookie'] ?? []) ?? null
    if (answer.statusCode === 403) answer.resume()
    else await readJson(answer)
    this.#usedKey = home.oneTimeKey
    return token
  }
}

/** @throws HomeAway for an answer that is no good one or breaks off: the home cannot say who sits here */
async function readJson<T>(answer: IncomingMessage): Promise<T> {
  const body = await text(answer).catch((cause: unknown) => {
    throw new HomeAway(`the home broke its answer off: ${String(cause)}`, { cause })
  })
  if (answer.statusCode !== 200) throw new HomeAway(`the home answered ${answer.statusCode} to the shell`)
  return JSON.parse(body) as T
}

/** As the private listener names it: cookies are not kept apart by port, so its port stands in the name. */
const cookieName = (listen: ListenAddress): string =>
  listen.kind === 'tcp' ? `homebird_${listen.port}` : 'homebird'

/** @returns undefined where nothing is said of the session; null where it has ended */
export function sessionIn(setCookies: readonly string[]): string | null | undefined {
  for (const line of setCookies) {
    const value = /^homebird(?:_\d{1,5})?=([^;]*)/.exec(line)?.[1]
    if (value !== undefined) return TOKEN.test(value) ? value : null
  }
  return undefined
}
