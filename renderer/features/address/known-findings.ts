/** The findings that the window has words for; one that it does not know is shown by the home's own sentence. */
const KNOWN_FINDINGS = [
  'NOT_PREPARED',
  'NO_DOMAIN',
  'MORTAL_NAME',
  'PROVIDER_NAME',
  'OTHER_NAME',
  'NO_COMMAND',
  'NO_PROGRAM',
  'PROGRAM_TOO_OLD',
  'PROGRAM_CHANGED',
  'NO_TOKEN',
  'BAD_TOKEN',
  'NO_DAEMON',
  'NOT_SIGNED_IN',
  'FUNNEL_REFUSED',
  'METERED',
  'NO_SERVER',
  'BAD_KEY',
  'SERVER_SILENT',
  'NO_ROUTER',
  'NO_MAPPING',
  'BEHIND_CGNAT',
  'PORT_TAKEN',
  'DNS_ELSEWHERE',
  'CERTIFICATE_MISSING',
  'CERTIFICATE_NOT_RENEWED',
] as const

type KnownFinding = (typeof KNOWN_FINDINGS)[number]

export const isKnownFinding = (code: string): code is KnownFinding =>
  KNOWN_FINDINGS.some((known) => known === code)
