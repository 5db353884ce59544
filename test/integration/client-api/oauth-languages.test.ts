/** The pages of sign-in and consent speak the owner's language, and nobody keeps them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTransaction } from '../../../server/db/transaction.ts'
import { editPreferences } from '../../../server/domain/owner/preferences.ts'
import { PASSWORD, openApiHome } from '../../support/api-home.ts'
import { type ConsentBrowser, formFields } from '../../support/consent-browser.ts'
import type { PlainAnswer } from '../../support/http-client.ts'
import { OUT_OF_BAND, addressOf, browserOf, registered } from './oauth-steps.ts'

const GERMAN = { 'accept-language': 'de-AT,de;q=0.9,en;q=0.5' }

/** Whoever asks next may speak another language. */
function assertNobodyKeepsIt(answer: PlainAnswer): void {
  const isGood = answer.status === 200
  assert.equal(answer.headers['cache-control'], isGood ? 'private, no-store' : 'no-store')
  assert.match(String(answer.headers['vary']), /accept-language/i)
}

async function signIn(browser: ConsentBrowser, address: string, headers: Record<string, string>) {
  const page = await browser.open(address, headers)
  return browser.send('/oauth/sign-in', { ...formFields(page), password: PASSWORD }, headers)
}

test('the language that the browser asks for is spoken from sign-in to the code, and kept by nobody', async () => {
  const home = await openApiHome()
  const app = await registered(home)
  const browser = browserOf(home)
  const address = addressOf(app, { redirect_uri: OUT_OF_BAND })
  const first = await browser.open(address, GERMAN)
  assertNobodyKeepsIt(first)
  assert.match(first.text(), /<html lang="de" dir="ltr">.*Passwort dieses Zuhauses/s)
  const wrong = await browser.send('/oauth/sign-in', { ...formFields(first), password: 'no' }, GERMAN)
  assertNobodyKeepsIt(wrong)
  assert.match(wrong.text(), /Das ist nicht das Passwort dieses Zuhauses\./)
  const signedIn = await signIn(browser, address, GERMAN)
  const consent = await browser.open(String(signedIn.headers.location), GERMAN)
  assertNobodyKeepsIt(consent)
  assert.match(consent.text(), /<bdi>An &lt;app&gt;<\/bdi> Zugang geben\?/)
  assert.match(consent.text(), /Alles in deinem Zuhause lesen/)
  const fields = formFields(consent)
  const code = await browser.send('/oauth/authorize', { ...fields, decision: 'allow' }, GERMAN)
  assertNobodyKeepsIt(code)
  assert.match(code.text(), /Dein Code für <bdi>An &lt;app&gt;<\/bdi>/)
})

test('what the owner chose for the window counts more than what the browser asks for', async () => {
  const home = await openApiHome()
  const app = await registered(home)
  await inTransaction(home.db, async (tx) => editPreferences(tx, { locale: 'ar' }, new Date()))
  const page = await browserOf(home).open(addressOf(app), GERMAN)
  assert.match(page.text(), /<html lang="ar" dir="rtl">/)
  await inTransaction(home.db, async (tx) => editPreferences(tx, { locale: 'system' }, new Date()))
  const usual = await browserOf(home).open(addressOf(app))
  assert.match(usual.text(), /<html lang="en" dir="ltr">/)
})

test('what is refused is said in the same language, without a bare code', async () => {
  const home = await openApiHome()
  const app = await registered(home)
  const browser = browserOf(home)
  const stranger = await browser.open('/oauth/authorize?client_id=nobody', GERMAN)
  assert.equal(stranger.status, 400)
  assertNobodyKeepsIt(stranger)
  assert.match(stranger.text(), /Dieses Zuhause kennt diese App nicht/)
  const elsewhere = await browser.open(addressOf(app, { redirect_uri: 'https://other.example/' }), GERMAN)
  assert.match(elsewhere.text(), /an eine Adresse, die sie nicht angemeldet hat/)
  const old = await browser.send('/oauth/sign-in', { password: PASSWORD }, GERMAN)
  assert.equal(old.status, 403)
  assertNobodyKeepsIt(old)
  assert.match(old.text(), /Dieses Formular kam nicht von hier/)
  const long = await browser.open(`/oauth/authorize?client_id=${'x'.repeat(300)}`, GERMAN)
  assert.equal(long.status, 422)
  assert.match(long.text(), /war nicht zu verstehen/)
})
