/** The pages of sign-in and consent: plain documents, without script but for passkeys, in the language of the owner. */
import type { AppMay } from '../../contracts/sign-in.ts'
import { escapeHtml } from '../../domain/text/escape-html.ts'
import { DARK, LIGHT, colours } from '../pages/style/tokens.ts'
import type { RefusalId } from './page-error.ts'
import type { PageWordId } from './words/english.ts'
import type { Speech } from './words/speech.ts'

/** Looks as the window does: its colours, its steps, its controls. */
export const STYLE = `
:root{color-scheme:light dark;${colours(LIGHT)};--danger:oklch(0.53 0.19 27)}
@media(prefers-color-scheme:dark){:root{${colours(DARK)};--danger:oklch(0.74 0.14 25)}}
@media(prefers-contrast:more){:root{--line:var(--control-edge);--text-2:var(--text);--text-3:var(--text)}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;min-height:100dvh;display:grid;grid-template-columns:minmax(0,1fr);place-items:center;padding:1rem;background:var(--canvas);color:var(--text);font:400 1rem/1.5rem system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Helvetica Neue",sans-serif;overflow-wrap:anywhere}
main{width:100%;max-width:28rem;background:var(--surface);border:1px solid var(--line);border-radius:.625rem;padding:2rem}
.bird{display:block;width:2.25rem;height:2.25rem;margin:0 0 1.5rem;color:var(--accent)}
h1{font-size:1.5rem;line-height:2rem;font-weight:600;letter-spacing:-.01em;margin:0 0 .5rem;text-wrap:balance}
p{margin:.5rem 0}.quiet{color:var(--text-2);font-size:.8125rem;line-height:1.25rem}.warn{color:var(--danger);font-weight:600}
.warn:empty{display:none}
ul{list-style:none;padding:0;margin:.5rem 0 0}
li{display:flex;gap:.75rem;padding:.5rem 0;border-bottom:1px solid var(--line)}
li::before{content:"";flex:none;width:.5rem;height:.5rem;margin-top:.5rem;border-radius:50%;background:var(--accent)}
label{display:block;margin-top:1rem;font-weight:600;font-size:.9375rem;line-height:1.25rem}
input[type=password],input[type=text]{width:100%;min-height:2.5rem;margin-top:.25rem;padding:.25rem .75rem;font:inherit;font-size:1rem;color:inherit;background:var(--surface);border:1px solid var(--control-edge);border-radius:.375rem}
input::placeholder{color:var(--text-3);opacity:1}
fieldset{border:0;padding:0;margin:1.5rem 0 0;min-width:0}legend{font-weight:600;padding:0}
.who{display:flex;align-items:center;gap:.75rem;margin-top:.5rem;font-weight:400;font-size:1rem}
.who img{width:2.5rem;height:2.5rem;border-radius:50%;object-fit:cover;flex:none;background:var(--sunken)}
.who>span{min-width:0}.who span span{display:block}
input[type=radio]{flex:none;width:1.125rem;height:1.125rem;margin:0;accent-color:var(--accent)}
.row{display:flex;flex-wrap:wrap;gap:.5rem;margin-top:1.5rem}
button{flex:1 1 auto;font:inherit;font-weight:600;font-size:.9375rem;line-height:1.25rem;min-height:2.5rem;padding:.25rem 1rem;border-radius:.375rem;border:1px solid var(--control-edge);background:var(--surface);color:inherit;cursor:pointer}
button:hover{background:var(--sunken)}
button.act{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
button.act:hover{background:color-mix(in oklch,var(--accent) 90%,var(--text))}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
input:focus-visible{outline-offset:1px}
code{display:block;direction:ltr;margin:1rem 0;padding:.75rem 1rem;background:var(--sunken);border-radius:.375rem;font:400 1rem/1.5rem ui-monospace,"SF Mono","Cascadia Code","Noto Sans Mono","DejaVu Sans Mono",monospace;user-select:all}
@media(max-width:30rem){body{padding:0;place-items:stretch;background:var(--surface)}main{max-width:none;border:0;border-radius:0;padding:1.5rem 1.25rem}}
`

/** The mark of the window, so that one knows where one is. */
const BIRD = `<svg class="bird" viewBox="0 0 32 32" role="img" aria-label="Homebird"><path fill="currentColor" d="M14.7 3.6a2 2 0 0 1 2.6 0l11 9.4a2 2 0 0 1 .7 1.5V27a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V14.5a2 2 0 0 1 .7-1.5z"/><path fill="var(--surface)" d="M8.3 24c1.6-.8 2-1.9 2-3.1 0-4.3 2.7-7.4 6.5-7.4 1.7 0 3 .7 3.7 1.8l3.2 1-2.7 1.7c.2 3.7-2.4 6-6.6 6z"/><circle fill="currentColor" cx="17.6" cy="16.7" r=".9"/></svg>`

interface Document {
  readonly title: string
  /** HTML. */
  readonly body: string
  readonly hasScript?: boolean
}

function document({ language, direction }: Speech, { title, body, hasScript = false }: Document): string {
  const code = !hasScript ? '' : `<script defer src="/oauth/passkey.js"></script>`
  return `<!doctype html>
<html lang="${language}" dir="${direction}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>${escapeHtml(title)}</title><style>${STYLE}</style>${code}</head>
<body><main>${BIRD}${body}</main></body></html>`
}

/** Names are others' to choose: kept apart from our own words. */
const isolated = (text: string): string => `<bdi>${escapeHtml(text)}</bdi>`

function hiddenFields(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('')
}

interface SignInPage {
  readonly appName: string
  /** Null for a home without a name that anybody would know. */
  readonly domain: string | null
  /** Sent along with the form. */
  readonly fields: Readonly<Record<string, string>>
  readonly isWrong: boolean
  /** An authenticator is set up. */
  readonly asksForCode: boolean
  /** A passkey was made for this host. */
  readonly takesPasskey: boolean
}

export function signInPage(speech: Speech, page: SignInPage): string {
  const { appName, domain, fields, asksForCode, takesPasskey } = page
  const title = domain === null ? 'sign_in.title_home' : 'sign_in.title'
  const names = { home: domain ?? '', app: appName }
  const flaw = speech.html(asksForCode ? 'sign_in.wrong_code' : 'sign_in.wrong')
  const body = `<h1>${speech.html(title, names)}</h1>
<p class="quiet">${speech.html('sign_in.lead', names)}</p>${page.isWrong ? `<p class="warn" role="alert">${flaw}</p>` : ''}
${takesPasskey ? passkeyForm(speech, fields) : ''}
<form method="post" action="/oauth/sign-in">${hiddenFields(fields)}
<label for="password">${speech.html('sign_in.password')}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus maxlength="1024">
${asksForCode ? codeField(speech) : ''}
<div class="row"><button class="act" type="submit">${speech.html('sign_in.enter')}</button></div></form>`
  return document(speech, { title: speech.text(title, names), body, hasScript: takesPasskey })
}

const codeField = (speech: Speech): string => `<label for="code">${speech.html('sign_in.code')}</label>
<input id="code" name="code" type="text" inputmode="text" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" required maxlength="60" aria-describedby="code-help">
<p id="code-help" class="quiet">${speech.html('sign_in.code_help')}</p>`

/** What the script of passkeys may have to say, by the name that it knows. */
const SCRIPT_WORDS = {
  quiet: 'passkey.quiet',
  'is-there': 'passkey.is_there',
  'used-link': 'passkey.used_link',
  'too-many': 'passkey.too_many',
  'too-often': 'refused.too_often',
  failed: 'passkey.failed',
} as const satisfies Readonly<Record<string, PageWordId>>

const scriptWords = (speech: Speech): string =>
  Object.entries(SCRIPT_WORDS)
    .map(([name, id]) => ` data-${name}="${speech.html(id)}"`)
    .join('')

/** Hidden until the script has seen that this browser can. */
function passkeyForm(speech: Speech, fields: Readonly<Record<string, string>>): string {
  return `<form method="post" action="/oauth/sign-in" data-passkey="use"${scriptWords(speech)} hidden>${hiddenFields(fields)}
<input type="hidden" name="passkey" value=""><div class="row"><button data-act type="submit">${speech.html('sign_in.passkey')}</button></div>
<p class="warn" role="alert"></p></form>`
}

/** @param host  for which the passkey will be good */
export function passkeyPage(speech: Speech, host: string): string {
  const body = `<h1>${speech.html('passkey.title', { host })}</h1>
<p>${speech.html('passkey.lead')}</p>
<form method="post" action="/oauth/passkey" data-passkey="make"${scriptWords(speech)} hidden>
<label for="name">${speech.html('passkey.name')}</label>
<input id="name" name="name" type="text" autocomplete="off" maxlength="60" placeholder="${speech.html('passkey.example')}">
<div class="row"><button data-act class="act" type="submit">${speech.html('passkey.make')}</button></div><p class="warn" role="alert"></p></form>
<p data-done hidden role="status">${speech.html('passkey.made')}</p>
<p data-unable hidden class="warn">${speech.html('passkey.unable')}</p>
<noscript><p class="warn">${speech.html('passkey.no_script')}</p></noscript>`
  return document(speech, { title: speech.text('passkey.title', { host }), body, hasScript: true })
}

export interface ConsentIdentity {
  readonly id: string
  readonly name: string
  /** The whole handle, `@ana@home.example`. */
  readonly handle: string
  readonly avatar: string
}

/** Where the answer goes: shown as a code, to a host of the web, to an app of this device. */
export type AnswerPlace =
  | { readonly kind: 'code' | 'device' }
  | { readonly kind: 'host'; readonly host: string }

interface ConsentPage {
  readonly appName: string
  readonly website: string | null
  readonly answered: AnswerPlace
  readonly may: readonly AppMay[]
  readonly identities: readonly ConsentIdentity[]
  readonly fields: Readonly<Record<string, string>>
}

export function consentPage(speech: Speech, page: ConsentPage): string {
  const { appName: app, website, answered } = page
  const from =
    website === null ? '' : `<p class="quiet">${speech.html('consent.website', { site: website })}</p>`
  const goesTo = speech.html(
    `consent.to_${answered.kind}`,
    answered.kind === 'host' ? { host: answered.host } : {},
  )
  const body = `<h1>${speech.html('consent.title', { app })}</h1>${from}
<p class="quiet">${goesTo}</p>
<p>${speech.html('consent.asks')}</p><ul>${page.may.map((one) => `<li>${speech.html(`may.${one}`)}</li>`).join('')}</ul>
<form method="post" action="/oauth/authorize">${hiddenFields(page.fields)}
${identityChoice(speech, page.identities)}
<div class="row"><button class="act" type="submit" name="decision" value="allow">${speech.html('consent.allow')}</button>
<button type="submit" name="decision" value="deny">${speech.html('consent.deny')}</button></div></form>
<p class="quiet">${speech.html('consent.later')}</p>`
  return document(speech, { title: speech.text('consent.title', { app }), body })
}

function identityChoice(speech: Speech, identities: readonly ConsentIdentity[]): string {
  const rows = identities.map((identity, index) => {
    const radio =
      identities.length === 1
        ? `<input type="hidden" name="identity" value="${escapeHtml(identity.id)}">`
        : `<input type="radio" name="identity" value="${escapeHtml(identity.id)}"${index === 0 ? ' checked' : ''}>`
    return `<label class="who">${radio}<img src="${escapeHtml(identity.avatar)}" alt="" width="40" height="40">
<span><span>${isolated(identity.name)}</span><span class="quiet">${isolated(identity.handle)}</span></span></label>`
  })
  const legend = speech.html(identities.length === 1 ? 'consent.as' : 'consent.as_which')
  return `<fieldset><legend>${legend}</legend>${rows.join('')}</fieldset>`
}

export function codePage(speech: Speech, app: string, code: string): string {
  const body = `<h1>${speech.html('code.heading', { app })}</h1><p>${speech.html('code.lead')}</p>
<code>${escapeHtml(code)}</code><p class="quiet">${speech.html('code.warning')}</p>`
  return document(speech, { title: speech.text('code.title'), body })
}

export const deniedPage = (speech: Speech): string => messagePage(speech, 'denied.title', 'denied.text')

export const refusedPage = (speech: Speech, refusal: RefusalId): string =>
  messagePage(speech, 'refused.title', refusal)

function messagePage(speech: Speech, title: PageWordId, text: PageWordId): string {
  const body = `<h1>${speech.html(title)}</h1><p>${speech.html(text)}</p>`
  return document(speech, { title: speech.text(title), body })
}
