/**
 * Names that belong to somebody who brings connections in. The address of a home is part of everything it writes, so one that
 * is another one with the next tunnel is none; one that lasts as long as the contract is the owner's to choose.
 */

/**
 * - `mortal`: it ends with the tunnel, or soon after
 * - `provider`: it lasts, and is not the owner's
 */
export interface BorrowedName {
  readonly fate: 'mortal' | 'provider'
  /** As people know it. */
  readonly provider: string
}

interface Lender extends BorrowedName {
  readonly pattern: RegExp
}

/** The address of the machine stands in a name that is given out at random: `2001-db8--7` or `203-0-113-5`. */
const RANDOM_NGROK =
  /^(?:[0-9a-f]{4,}|[0-9a-f]{1,4}(?:-{1,2}[0-9a-f]{1,4}){3,8})\.(?:[a-z]{2}\.)?ngrok(?:-free)?\.(?:app|dev|io)$/

/** The first that fits counts. */
const LENDERS: readonly Lender[] = [
  { fate: 'mortal', provider: 'Cloudflare', pattern: /\.trycloudflare\.com$/ },
  { fate: 'mortal', provider: 'localtunnel', pattern: /\.(?:loca\.lt|localtunnel\.me)$/ },
  { fate: 'mortal', provider: 'serveo', pattern: /\.(?:serveo\.net|serveousercontent\.com)$/ },
  {
    fate: 'mortal',
    provider: 'localhost.run',
    pattern: /\.(?:lhr\.life|lhr\.pro|lhrtunnel\.link|localhost\.run)$/,
  },
  {
    fate: 'mortal',
    provider: 'Pinggy',
    pattern: /\.(?:free\.pinggy\.(?:link|io|net)|run\.pinggy-free\.link)$/,
  },
  { fate: 'mortal', provider: 'bore', pattern: /(?:^|\.)bore\.pub$/ },
  { fate: 'mortal', provider: 'ngrok', pattern: RANDOM_NGROK },
  { fate: 'provider', provider: 'Tailscale', pattern: /\.ts\.net$/ },
  { fate: 'provider', provider: 'ngrok', pattern: /\.(?:ngrok(?:-free)?\.(?:app|dev|io|pizza)|ngrok\.pro)$/ },
  { fate: 'provider', provider: 'zrok', pattern: /\.(?:share|shares)\.zrok\.io$/ },
  { fate: 'provider', provider: 'PageKite', pattern: /\.pagekite\.(?:me|net)$/ },
  { fate: 'provider', provider: 'Pinggy', pattern: /\.pinggy\.(?:link|io|net)$/ },
  { fate: 'provider', provider: 'DuckDNS', pattern: /\.duckdns\.org$/ },
  {
    fate: 'provider',
    provider: 'No-IP',
    pattern: /\.(?:ddns\.net|hopto\.org|zapto\.org|sytes\.net|myftp\.org)$/,
  },
]

/** Null for a name of the owner's own, as far as one can know. @param host  in lower case, with or without a port */
export function borrowedName(host: string): BorrowedName | null {
  const name = host.replace(/:\d+$/, '').replace(/\.$/, '')
  const lender = LENDERS.find(({ pattern }) => pattern.test(name))
  return lender === undefined ? null : { fate: lender.fate, provider: lender.provider }
}

/** The one sentence that whoever takes such a name has read. */
export const lentSentence = (provider: string): string =>
  `This address belongs to ${provider}. If you leave ${provider}, your followers cannot find you.`
