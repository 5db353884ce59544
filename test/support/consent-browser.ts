/** The owner's browser on the pages of sign-in and consent: keeps cookies, reads forms, follows nothing by itself. */
import { createHash, randomBytes } from 'node:crypto'
import { type PlainAnswer, askListener } from './http-client.ts'

export class ConsentBrowser {
  readonly #port: number
  readonly #host: string
  readonly #cookies = new Map<string, string>()

  constructor(port: number, host: string) {
    this.#port = port
    this.#host = host
  }

  get cookies(): ReadonlyMap<string, string> {
    return this.#cookies
  }

  async open(path: string, headers: Readonly<Record<string, string>> = {}): Promise<PlainAnswer> {
    const sent = { ...this.#cookieHeader(), ...headers }
    return this.#keep(await askListener(this.#port, this.#host, path, { headers: sent }))
  }

  /** Sends a form as the page would. */
  async send(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<PlainAnswer> {
    const answer = await askListener(this.#port, this.#host, path, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: `https://${this.#host}`,
        'sec-fetch-site': 'same-origin',
        ...this.#cookieHeader(),
        ...headers,
      },
      body: new URLSearchParams(fields).toString(),
    })
    return this.#keep(answer)
  }

  #cookieHeader(): Record<string, string> {
    const pairs = [...this.#cookies].map(([name, value]) => `${name}=${value}`)
    return pairs.length === 0 ? {} : { cookie: pairs.join('; ') }
  }

  #keep(answer: PlainAnswer): PlainAnswer {
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [pair = ''] = line.split(';')
      const [name = '', value = ''] = pair.split('=', 2)
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return answer
  }
}

const SIGNS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

/** The hidden fields of the form on a page. */
export function formFields(page: PlainAnswer): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const [, name = '', value = ''] of page
    .text()
    .matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)) {
    fields[name] = value.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_all, sign: string) => SIGNS[sign] ?? '')
  }
  return fields
}

/** Signs in and consents; gives the answer to the app. */
export async function consentTo(
  browser: ConsentBrowser,
  address: string,
  password: string,
): Promise<PlainAnswer> {
  const signInPage = await browser.open(address)
  const signedIn = await browser.send('/oauth/sign-in', { ...formFields(signInPage), password })
  if (signedIn.status !== 303) throw new Error(`sign-in answered ${signedIn.status}: ${signedIn.text()}`)
  const consentPage = await browser.open(String(signedIn.headers.location))
  return browser.send('/oauth/authorize', { ...formFields(consentPage), decision: 'allow' })
}

export interface Pkce {
  readonly verifier: string
  readonly challenge: string
}

export function newPkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}
