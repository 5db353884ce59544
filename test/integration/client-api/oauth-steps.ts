/** Steps of OAuth that several tests take: an app registers, is consented to, exchanges what it got. */
import assert from 'node:assert/strict'
import type { CredentialApplication } from '../../../server/contracts/oauth.ts'
import { type ApiHome, PASSWORD } from '../../support/api-home.ts'
import { ConsentBrowser, consentTo } from '../../support/consent-browser.ts'
import type { PlainAnswer } from '../../support/http-client.ts'

export const REDIRECT = 'https://app.example/callback'
export const OUT_OF_BAND = 'urn:ietf:wg:oauth:2.0:oob'

export async function registered(home: ApiHome, more: object = {}): Promise<CredentialApplication> {
  return home.stranger().post<CredentialApplication>('/api/v1/apps', {
    client_name: 'An <app>',
    redirect_uris: [REDIRECT, OUT_OF_BAND],
    scopes: 'read write',
    ...more,
  })
}

export const browserOf = (home: ApiHome): ConsentBrowser => new ConsentBrowser(home.publicPort, home.host)

export function addressOf(app: CredentialApplication, more: Readonly<Record<string, string>> = {}): string {
  const query = {
    response_type: 'code',
    client_id: app.client_id,
    redirect_uri: REDIRECT,
    scope: 'read',
    ...more,
  }
  return `/oauth/authorize?${new URLSearchParams(query)}`
}

export async function codeFor(
  home: ApiHome,
  app: CredentialApplication,
  more: Record<string, string> = {},
): Promise<string> {
  const answer = await consentTo(browserOf(home), addressOf(app, more), PASSWORD)
  assert.equal(answer.status, 303, answer.text())
  return new URL(String(answer.headers.location)).searchParams.get('code') ?? ''
}

export async function exchange(
  home: ApiHome,
  app: CredentialApplication,
  form: Record<string, string>,
): Promise<PlainAnswer> {
  return home.ask('/oauth/token', {
    method: 'POST',
    body: {
      grant_type: 'authorization_code',
      client_id: app.client_id,
      client_secret: app.client_secret,
      redirect_uri: REDIRECT,
      ...form,
    },
  })
}

export const errorOf = (answer: PlainAnswer): string => String(answer.json()['error'])
