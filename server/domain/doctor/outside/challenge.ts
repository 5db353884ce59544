/** Recognises pages by which a network in front asks visitors to prove that they are no robots. Servers cannot. */
import type { OutsideAnswer } from './world.ts'

const STATUSES: ReadonlySet<number> = new Set([200, 202, 401, 403, 405, 429, 503])
const PAGE =
  /<title>(?:Just a moment|Attention Required|DDoS-Guard|One moment, please|Making sure you&#39;re not a bot|Establishing a secure connection|Client Challenge|Vercel Security Checkpoint)|\/cdn-cgi\/challenge-platform\/|_Incapsula_Resource|captcha-delivery\.com|awswaf\.com|\/\.bunny-shield\/|sucuri_cloudproxy|\/\.within\.website\/x\/cmd\/anubis\//i
/** Forms of honest pages have them too. */
const WIDGET = /g-recaptcha|h-captcha|cf-turnstile/i
const MOST_READ = 65_536

export function isChallenge({ status, headers, body }: OutsideAnswer): boolean {
  if (headers['cf-mitigated'] === 'challenge' || headers['x-vercel-mitigated'] === 'challenge') return true
  const action = headers['x-amzn-waf-action']
  if (action === 'challenge' || action === 'captcha') return true
  if (!STATUSES.has(status) || !/^text\/html/i.test(headers['content-type'] ?? '')) return false
  const page = body.toString('latin1', 0, MOST_READ)
  return PAGE.test(page) || (status >= 400 && WIDGET.test(page))
}
