/** Takes secrets out of text that somebody else may come to see: log lines, error texts, settings. */

export const REMOVED = '[removed]'

/** What is shorter is too common to be looked for. */
const LEAST_SECRET_LENGTH = 6

const NAMES =
  'pass(?:word|phrase|wd)?|secret|token|cookie|authorization|api_?-?key|private_?-?key(?:pem)?|client_?secret|code_?verifier|hmac|credential'

/** Whether what is called so is secret whatever it is. */
export const isSecretName = (name: string): boolean => WHOLE_NAME.test(name)
const WHOLE_NAME = new RegExp(`^(?:${NAMES})s?$`, 'i')

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // The closing line may be cut off.
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/gs, REMOVED],
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@"'<>]{1,500}@/gi, `$1${REMOVED}@`],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${REMOVED}`],
  // In quotes a secret may have words; the quotes themselves may be escaped.
  [
    new RegExp(`((?:${NAMES})s?["']?\\s*[:=]\\s*(["']))(?:\\\\.|(?!\\2)[^\\\\]){1,4000}`, 'gis'),
    `$1${REMOVED}`,
  ],
  [new RegExp(`((?:${NAMES})s?\\\\["']\\s*[:=]\\s*\\\\["'])[^"'\\\\]{1,4000}`, 'gi'), `$1${REMOVED}`],
  [
    new RegExp(
      `((?:${NAMES})s?(?:\\\\?["'])?\\s*[:=]\\s*(?:\\\\?["'])?)(?!\\[removed\\]|bearer |basic )[^\\s"'\\\\,;&}]+`,
      'gi',
    ),
    `$1${REMOVED}`,
  ],
  [/([?&](?:code|key|sig|signature|state)=)[^\s"'&]+/gi, `$1${REMOVED}`],
  [/\bhomebird(?:_\d{1,5})?=[\w-]{16,}/g, `homebird=${REMOVED}`],
]

/** A long run of random letters: a token or a key. What is all of one case, or hexadecimal, is an id or a digest. */
const RANDOM = /(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?=[\w-]*\d)[\w-]{40,}/g

export type Redactor = (text: string) => string

/** @param secrets  known values that must never be shown, as they stand */
export function createRedactor(secrets: readonly string[]): Redactor {
  const known = [...new Set(secrets)]
    .filter((secret) => secret.length >= LEAST_SECRET_LENGTH)
    // One that holds another goes first.
    .sort((one, other) => other.length - one.length)
    .flatMap(spellingsOf)
  return (text) => {
    const without = known.reduce((left, secret) => left.replaceAll(secret, REMOVED), text)
    return PATTERNS.reduce((left, [pattern, by]) => left.replaceAll(pattern, by), without).replaceAll(
      RANDOM,
      REMOVED,
    )
  }
}

/** As it stands, as it is written in addresses, and in JSON. */
function spellingsOf(secret: string): string[] {
  return Array.from(new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]))
}

/** Every text within a value that is secret as a whole; of an address, its password too. */
export function secretsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value, ...passwordsIn(value)]
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value)
    return [bytes.toString('base64url'), bytes.toString('base64'), bytes.toString('hex')]
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(secretsIn)
}

const SECRET_NAME = /pass|secret|token|credential/i

/** Of a value that may be shown but for what it holds: what its names call secret, and passwords in addresses. */
export function secretsWithin(value: unknown): string[] {
  if (typeof value === 'string') return passwordsIn(value)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return []
  return Object.entries(value).flatMap(([name, part]) =>
    SECRET_NAME.test(name) ? secretsIn(part) : secretsWithin(part),
  )
}

function passwordsIn(text: string): string[] {
  const password = /^[a-z][a-z0-9+.-]*:/i.test(text) ? (URL.parse(text)?.password ?? '') : ''
  if (password === '') return []
  try {
    return [password, decodeURIComponent(password)]
  } catch {
    return [password] // written with a stray percent sign
  }
}
