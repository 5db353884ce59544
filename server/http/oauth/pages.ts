/** The pages of sign-in and consent: plain documents, without script but for passkeys. */
import { escapeHtml } from '../../domain/text/escape-html.ts'

export const STYLE = `
:root{color-scheme:light dark;--ground:#f4f6f5;--card:#fff;--ink:#1d2724;--quiet:#56635f;--line:#d5dcd9;--act:#17695a;--on-act:#fff;--warn:#a3271c}
@media(prefers-color-scheme:dark){:root{--ground:#131817;--card:#1c2321;--ink:#e8eeeb;--quiet:#a2b0ab;--line:#34403c;--act:#63c7b2;--on-act:#08211b;--warn:#ff9c8f}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{width:100%;max-width:27rem;background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:2rem}
h1{font-size:1.35rem;line-height:1.3;margin:0 0 .5rem;overflow-wrap:anywhere}
p{margin:.5rem 0}.quiet{color:var(--quiet);font-size:.925rem;overflow-wrap:anywhere}.warn{color:var(--warn)}
ul{padding-left:1.2rem;margin:.75rem 0}li{margin:.3rem 0}
label{display:block;margin-top:1rem;font-weight:600}
input[type=password],input[type=text]{width:100%;margin-top:.35rem;padding:.7rem .8rem;font:inherit;color:inherit;background:var(--ground);border:1px solid var(--line);border-radius:.6rem}
fieldset{border:0;padding:0;margin:1.25rem 0 0}legend{font-weight:600;padding:0}
.who{display:flex;align-items:center;gap:.75rem;margin-top:.6rem;font-weight:400;overflow-wrap:anywhere}
.who img{width:2.5rem;height:2.5rem;border-radius:50%;object-fit:cover;flex:none}.who span span{display:block}
.row{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.5rem}
button{font:inherit;font-weight:600;padding:.7rem 1.3rem;min-height:2.75rem;border-radius:.6rem;border:1px solid var(--line);background:transparent;color:inherit;cursor:pointer}
button.act{background:var(--act);border-color:var(--act);color:var(--on-act)}
:focus-visible{outline:3px solid var(--act);outline-offset:2px}
code{display:block;margin:1rem 0;padding:.9rem;background:var(--ground);border:1px solid var(--line);border-radius:.6rem;font-size:1.05rem;overflow-wrap:anywhere;user-select:all}
`

function document(title: string, body: string, hasScript = false): string {
  const code = !hasScript ? '' : `<script defer src="/oauth/passkey.js"></script>`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>${escapeHtml(title)}</title><style>${STYLE}</style>${code}</head>
<body><main>${body}</main></body></html>`
}

/** Names of apps are theirs to choose: kept apart from our own words. */
const isolated = (text: string): string => `<bdi>${escapeHtml(text)}</bdi>`

function hiddenFields(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('')
}

interface SignInPage {
  readonly appName: string
  readonly domain: string
  /** Sent along with the form. */
  readonly fields: Readonly<Record<string, string>>
  readonly isWrong: boolean
  /** An authenticator is set up. */
  readonly asksForCode: boolean
  /** A passkey was made for this host. */
  readonly takesPasskey: boolean
}

export function signInPage(page: SignInPage): string {
  const { appName, domain, fields, asksForCode } = page
  const secret = asksForCode ? 'password or code' : 'password'
  const wrong = page.isWrong ? `<p class="warn" role="alert">That is not the ${secret} of this home.</p>` : ''
  return document(
    `Sign in to ${domain}`,
    `<h1>Sign in to ${isolated(domain)}</h1>
<p class="quiet">${isolated(appName)} asks for access to your home. You will see what it asks for before you decide.</p>${wrong}
${page.takesPasskey ? passkeyForm(fields) : ''}
<form method="post" action="/oauth/sign-in">${hiddenFields(fields)}
<label for="password">Password of this home</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus maxlength="1024">
${asksForCode ? CODE_FIELD : ''}
<div class="row"><button class="act" type="submit">Sign in</button></div></form>`,
    page.takesPasskey,
  )
}

const CODE_FIELD = `<label for="code">Code of your authenticator app</label>
<input id="code" name="code" type="text" inputmode="text" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" required maxlength="60" aria-describedby="code-help">
<p id="code-help" class="quiet">Without it, one of your recovery codes does.</p>`

/** Hidden until the script has seen that this browser can. */
function passkeyForm(fields: Readonly<Record<string, string>>): string {
  return `<form method="post" action="/oauth/sign-in" data-passkey="use" hidden>${hiddenFields(fields)}
<input type="hidden" name="passkey" value=""><div class="row"><button data-act type="submit">Sign in with a passkey</button></div>
<p class="warn" role="alert"></p></form>`
}

/** @param host  for which the passkey will be good */
export function passkeyPage(host: string): string {
  return document(
    'A passkey for your home',
    `<h1>A passkey for ${isolated(host)}</h1>
<p>With it you sign in on this page by the finger, the face or the code of this device, without the password.</p>
<form method="post" action="/oauth/passkey" data-passkey="make" hidden>
<label for="name">Name of this device</label>
<input id="name" name="name" type="text" autocomplete="off" maxlength="60" placeholder="My phone">
<div class="row"><button data-act class="act" type="submit">Make a passkey</button></div><p class="warn" role="alert"></p></form>
<p data-done hidden role="status">The passkey is made. You can close this page.</p>
<p data-unable hidden class="warn">This browser cannot make passkeys.</p>
<noscript><p class="warn">A passkey needs the script of this page.</p></noscript>`,
    true,
  )
}

export interface ConsentIdentity {
  readonly id: string
  readonly name: string
  /** The whole handle, `@ana@home.example`. */
  readonly handle: string
  readonly avatar: string
}

interface ConsentPage {
  readonly appName: string
  readonly website: string | null
  /** Where the answer goes, in a few words. */
  readonly answeredAt: string
  /** What the app may do, a sentence each. */
  readonly may: readonly string[]
  readonly identities: readonly ConsentIdentity[]
  readonly fields: Readonly<Record<string, string>>
}

export function consentPage(page: ConsentPage): string {
  const website =
    page.website === null ? '' : `<p class="quiet">It says it is from ${isolated(page.website)}.</p>`
  return document(
    `Give ${page.appName} access?`,
    `<h1>Give ${isolated(page.appName)} access?</h1>${website}
<p class="quiet">${escapeHtml(page.answeredAt)}</p>
<p>It asks to</p><ul>${page.may.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul>
<form method="post" action="/oauth/authorize">${hiddenFields(page.fields)}
${identityChoice(page.identities)}
<div class="row"><button class="act" type="submit" name="decision" value="allow">Give access</button>
<button type="submit" name="decision" value="deny">Do not</button></div></form>
<p class="quiet">You can take the access away again at any time.</p>`,
  )
}

function identityChoice(identities: readonly ConsentIdentity[]): string {
  const rows = identities.map((identity, index) => {
    const radio =
      identities.length === 1
        ? `<input type="hidden" name="identity" value="${escapeHtml(identity.id)}">`
        : `<input type="radio" name="identity" value="${escapeHtml(identity.id)}"${index === 0 ? ' checked' : ''}>`
    return `<label class="who">${radio}<img src="${escapeHtml(identity.avatar)}" alt="" width="40" height="40">
<span><span>${isolated(identity.name)}</span><span class="quiet">${isolated(identity.handle)}</span></span></label>`
  })
  return `<fieldset><legend>${identities.length === 1 ? 'As' : 'As which of your identities?'}</legend>${rows.join('')}</fieldset>`
}

export function codePage(appName: string, code: string): string {
  return document(
    'Your code',
    `<h1>Your code for ${isolated(appName)}</h1><p>Copy it into the app. It is good for ten minutes, once.</p>
<code>${escapeHtml(code)}</code><p class="quiet">Give it to nobody else: who has it, has the access.</p>`,
  )
}

export function messagePage(title: string, text: string): string {
  return document(title, `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>`)
}
