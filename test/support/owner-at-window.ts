/** The owner before the window of a home of their own, with an authenticator in the hand; and an app that has access. */
import assert from 'node:assert/strict'
import { Secret, TOTP } from 'otpauth'
import { listIdentities } from '../../server/domain/actors/actor.ts'
import { registerApp } from '../../server/domain/oauth/apps.ts'
import { issueToken } from '../../server/domain/oauth/tokens.ts'
import type { PlainAnswer, PlainRequest } from './http-client.ts'
import { type OwnerHome, START_KEY, openOwnerHome } from './owner-home.ts'

const API = '/api/homebird/v1'
export const PASSWORD = 'correct horse battery'
export const PUBLIC = 'home.example'
export const STEP_MS = 30_000

export class OwnerAtWindow {
  readonly home: OwnerHome
  #totp: TOTP | null = null

  constructor(home: OwnerHome) {
    this.home = home
  }

  async ask(method: string, path: string, body?: object): Promise<PlainAnswer> {
    return this.home.asPage(`${API}${path}`, { method, ...(body === undefined ? {} : { body }) })
  }

  /** As the same browser asks where the window is reached by its name. */
  async byName(method: string, path: string, body: object = {}): Promise<PlainAnswer> {
    const host = `localhost:${this.home.port}`
    const request: PlainRequest = { method, headers: { host, origin: `http://${host}` } }
    return this.home.asPage(`${API}${path}`, { ...request, ...(method === 'GET' ? {} : { body }) })
  }

  async signIn(password: string, code?: string): Promise<number> {
    this.home.cookie = ''
    return (await this.ask('POST', '/session', { password, ...(code === undefined ? {} : { code }) })).status
  }

  /** @returns the recovery codes */
  async setsUpAuthenticator(): Promise<string[]> {
    const begun = await this.ask('POST', '/sign-in/authenticator')
    assert.equal(begun.status, 200, begun.text())
    this.#totp = new TOTP({ secret: Secret.fromBase32(String(begun.json()['secret'])) })
    const made = await this.ask('POST', '/sign-in/authenticator/code', { code: this.code() })
    assert.equal(made.status, 200, made.text())
    return Array.from(made.json()['codes'] ?? [], String)
  }

  /** What the authenticator shows now, or so many steps away. */
  code(steps = 0): string {
    assert.ok(this.#totp)
    return this.#totp.generate({ timestamp: this.home.clock.nowMs + steps * STEP_MS })
  }

  passes(ms: number): void {
    this.home.clock.nowMs += ms
  }
}

export async function openOwner(): Promise<OwnerAtWindow> {
  const home = await openOwnerHome()
  const owner = new OwnerAtWindow(home)
  await owner.ask('POST', '/session/key', { key: START_KEY })
  const form = {
    username: 'ana',
    displayName: 'Ana',
    password: PASSWORD,
    domain: PUBLIC,
    serviceDomain: null,
  }
  assert.equal((await owner.ask('POST', '/setup', form)).status, 200)
  return owner
}

export async function appOf({ db }: OwnerHome, name = 'Phone app') {
  const [ana] = await listIdentities(db)
  assert.ok(ana)
  const draft = { name, website: null, redirectUris: ['https://app.example/cb'], scopes: ['read', 'write'] }
  const { app } = await registerApp(db, draft, new Date())
  const { token } = await issueToken(
    db,
    { appId: app.id, actorId: ana.id, scopes: ['read', 'push'] },
    new Date(),
  )
  return { app, token, ana }
}
