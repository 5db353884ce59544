/** The settings that the window has words for; one that it does not know goes by the name of its variable. */
const KNOWN_FIELDS = [
  'tunnelServer',
  'tunnelListen',
  'acmeDirectory',
  'acmeEmail',
  'tunnelCommand',
  'tunnelReady',
  'tunnelToken',
  'tunnelProgram',
  'tunnelRouter',
  'tunnelDirectPort',
  'tunnelSeenBy',
  'tunnelPort',
  'clientAddress',
  'trustedProxies',
] as const

type KnownField = (typeof KNOWN_FIELDS)[number]

export const isKnownField = (name: string): name is KnownField => KNOWN_FIELDS.some((known) => known === name)
