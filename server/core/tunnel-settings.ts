/** The settings of the way in from outside. Each kind reads its own; what is missing is said where the tunnel is told of. */
import ipaddr from 'ipaddr.js'
import { TUNNEL_KINDS } from '../contracts/tunnel.ts'
import type { ClientSource } from '../contracts/way-in.ts'
import { setting } from './setting.ts'
import {
  type SettingType,
  absolutePath,
  httpsAddress,
  integer,
  networkList,
  oneOf,
  optional,
  refuse,
  text,
} from './setting-types.ts'

export interface SshServer {
  readonly user: string
  readonly host: string
  readonly port: number
}

const SSH_PORT = 22
const SSH_SERVER =
  /^([a-z_][a-z0-9_.-]{0,31})@(\[[0-9a-f:]+\]|[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?::(\d{1,5}))?$/i

const sshServer: SettingType<SshServer> = {
  name: 'user@host, or user@host:port',
  parse(raw) {
    const [, user = '', host = '', port] = SSH_SERVER.exec(raw.trim()) ?? []
    if (user === '') return refuse('it must be an account and a server, as homebird@example.org')
    const number = port === undefined ? SSH_PORT : Number(port)
    if (number < 1 || number > 65_535) refuse('the port must lie between 1 and 65535')
    return { user, host: host.replace(/^\[(.+)\]$/, '$1'), port: number }
  },
  show: ({ user, host, port }) => `${user}@${host.includes(':') ? `[${host}]` : host}:${port}`,
}

const fingerprint: SettingType<string> = {
  name: 'SHA256:… as ssh-keygen -lf shows it',
  parse(raw) {
    const trimmed = raw.trim().replace(/=+$/, '')
    return /^SHA256:[A-Za-z0-9+/]{43}$/.test(trimmed) ? trimmed : refuse('it is no fingerprint of a key')
  },
}

/** Where the server at the other end takes what is for this home. */
export type RemoteListen =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }

/** `sockaddr_un` of Linux and the BSDs, with the closing NUL. */
const MOST_SOCKET_PATH = 103

const remoteListen: SettingType<readonly RemoteListen[]> = {
  name: 'list (comma-separated) of absolute socket paths and loopback addresses with a port',
  parse(raw) {
    const places = raw
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
    if (places.length === 0 || places.length > 4) refuse('it must name between 1 and 4 places')
    return places.map(remotePlace)
  },
  show: (places) => places.map(placeText).join(','),
}

const placeText = (place: RemoteListen): string =>
  place.kind === 'socket'
    ? place.path
    : `${place.host.includes(':') ? `[${place.host}]` : place.host}:${place.port}`

/** As it would be written. */
const networks: typeof networkList = { ...networkList, show: (list) => list.join(',') }

function remotePlace(place: string): RemoteListen {
  if (/^\/[\w./@+-]+$/.test(place) && !place.includes('..')) {
    if (place.length > MOST_SOCKET_PATH)
      refuse(`the path is ${place.length} characters long and the limit is ${MOST_SOCKET_PATH}`)
    return { kind: 'socket', path: place }
  }
  const [, host = '', port = ''] = /^(127\.0\.0\.1|localhost|\[::1\]):(\d{1,5})$/.exec(place) ?? []
  if (host === '' || Number(port) < 1 || Number(port) > 65_535)
    return refuse(`${JSON.stringify(place)} is neither a socket's path nor a loopback address with a port`)
  return { kind: 'tcp', host: host.replace(/^\[(.+)\]$/, '$1'), port: Number(port) }
}

const MOST_ARGUMENTS = 100
const MOST_ARGUMENT = 1_000

const argumentList: SettingType<readonly string[]> = {
  name: 'JSON list of a program and its arguments, such as ["frpc","-c","/etc/frpc.toml"]',
  parse(raw) {
    let parsed: unknown
    try {
      parsed = JSON.parse(raw) as unknown
    } catch {
      return refuse('it is not valid JSON; no shell reads it')
    }
    const isList = Array.isArray(parsed) && parsed.every((part) => typeof part === 'string')
    if (!isList) return refuse('it must be a list of texts')
    const list = parsed as string[]
    if (list.length === 0 || list[0] === '') refuse('it must name a program')
    if (list.length > MOST_ARGUMENTS) refuse(`it has ${list.length} parts and the limit is ${MOST_ARGUMENTS}`)
    const bad = list.find((part) => part.length > MOST_ARGUMENT || part.includes('\0'))
    return bad === undefined
      ? list
      : refuse(`one part is longer than ${MOST_ARGUMENT} characters or holds a NUL`)
  },
}

const linePattern: SettingType<string> = {
  name: 'regular expression of at most 200 characters',
  parse(raw) {
    if (raw.length > 200) refuse(`it is ${raw.length} characters long and the limit is 200`)
    try {
      return new RegExp(raw, 'u').source
    } catch (error) {
      return refuse(error instanceof Error ? error.message : 'it cannot be read')
    }
  },
}

const HEADER = /^header:([a-z][a-z0-9-]{0,60})$/

/** `find`: the one that the system knows; `none`: nothing is to be opened. */
const routerChoice: SettingType<string> = {
  name: 'find, none, or the address of the router',
  parse(raw) {
    const word = raw.trim().toLowerCase()
    return word === 'find' || word === 'none' || ipaddr.IPv4.isValidFourPartDecimal(word)
      ? word
      : refuse('it must be find, none or an address of IPv4')
  },
}

export interface NamedPort {
  readonly host: string
  readonly port: number
}

const namedPort: SettingType<NamedPort> = {
  name: 'host:port',
  parse(raw) {
    const [, host = '', port = ''] =
      /^([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?):(\d{1,5})$/i.exec(raw.trim()) ?? []
    if (host === '' || Number(port) < 1 || Number(port) > 65_535)
      return refuse('it must be a host and a port, as stun.example.org:3478')
    return { host, port: Number(port) }
  },
  show: ({ host, port }) => `${host}:${port}`,
}

/** Who says where a visitor is from; the peers of a header are a setting of their own. */
const clientSource: SettingType<ClientSource> = {
  name: 'none, socket, proxy, or header:name such as header:x-forwarded-for',
  parse(raw) {
    const word = raw.trim().toLowerCase()
    if (word === 'none' || word === 'socket') return { kind: word }
    if (word === 'proxy') return { kind: word, peers: [] }
    const name = HEADER.exec(word)?.[1]
    return name === undefined
      ? refuse('it must be one of the four words')
      : { kind: 'header', name, peers: [] }
  },
  show: (source) => (source.kind === 'header' ? `header:${source.name}` : source.kind),
}

/** `edge`: TLS ends at the other end, which may cache; `passthrough`: TLS ends here, and the other end reads nothing. */
const TUNNEL_MODES = ['edge', 'passthrough'] as const

const MOST_EMAIL = 254

const emailAddress: SettingType<string> = {
  name: 'e-mail address',
  parse(raw) {
    const trimmed = raw.trim()
    if (trimmed.length > MOST_EMAIL)
      refuse(`it is ${trimmed.length} characters long and the limit is ${MOST_EMAIL}`)
    return /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(trimmed)
      ? trimmed
      : refuse('it must be one plain address')
  },
}

export const TUNNEL_SETTINGS = {
  tunnel: setting({
    env: 'HOMEBIRD_TUNNEL',
    type: oneOf(...TUNNEL_KINDS),
    fallback: 'none',
    help: 'what brings the world to this home: manual for a proxy of your own, ssh for any server with OpenSSH, direct for a port that your router opens, cloudflared, tailscale or ngrok for the services of these names, command for any other program',
  }),
  tunnelServer: setting({
    env: 'HOMEBIRD_TUNNEL_SERVER',
    type: optional(sshServer),
    fallback: '',
    help: 'for ssh: account and server, such as homebird@example.org',
  }),
  tunnelHostKey: setting({
    env: 'HOMEBIRD_TUNNEL_HOST_KEY',
    type: optional(fingerprint),
    fallback: '',
    help: 'for ssh: the fingerprint of the server’s key, as you have compared it; another key stops the tunnel',
  }),
  tunnelMode: setting({
    env: 'HOMEBIRD_TUNNEL_MODE',
    type: oneOf(...TUNNEL_MODES),
    fallback: 'edge',
    help: 'for ssh: edge where a web server there ends TLS; passthrough where HAProxy or nginx there hands bytes on and TLS ends at home, with a certificate of its own',
  }),
  tunnelListen: setting({
    env: 'HOMEBIRD_TUNNEL_LISTEN',
    type: remoteListen,
    fallback: '/run/homebird/home.sock',
    help: 'for ssh: where the server takes what is for this home, tried in this order',
  }),
  acmeDirectory: setting({
    env: 'HOMEBIRD_ACME_DIRECTORY',
    type: httpsAddress,
    fallback: 'https://acme-v02.api.letsencrypt.org/directory',
    help: 'where TLS ends at home: the authority that certificates are asked of; choosing such a way in is agreeing to its terms',
  }),
  acmeEmail: setting({
    env: 'HOMEBIRD_ACME_EMAIL',
    type: optional(emailAddress),
    fallback: '',
    help: 'where TLS ends at home: where the authority may write to; it does without',
  }),
  tunnelCommand: setting({
    env: 'HOMEBIRD_TUNNEL_COMMAND',
    type: optional(argumentList),
    fallback: '',
    help: 'for command: the program and its arguments; {host}, {port} and {domain} stand for where it should lead',
  }),
  tunnelReady: setting({
    env: 'HOMEBIRD_TUNNEL_READY',
    type: optional(linePattern),
    fallback: '',
    help: 'for command: the line that says that it is connected; empty believes it as soon as it runs',
  }),
  tunnelToken: setting({
    env: 'HOMEBIRD_TUNNEL_TOKEN',
    type: text(4_096),
    fallback: '',
    help: 'for cloudflared and ngrok: the token of your tunnel or account; for command: a secret that is in the environment of the program under this name. Give it in the window or to homebird tunnel set, which reads it from its input',
    secret: true,
  }),
  tunnelProgram: setting({
    env: 'HOMEBIRD_TUNNEL_PROGRAM',
    type: optional(absolutePath),
    fallback: '',
    help: 'for cloudflared and tailscale: where the program is; empty finds it by itself',
  }),
  tunnelRouter: setting({
    env: 'HOMEBIRD_TUNNEL_ROUTER',
    type: routerChoice,
    fallback: 'find',
    help: 'for direct: the router that opens a port; none where you lead the port here yourself',
  }),
  tunnelDirectPort: setting({
    env: 'HOMEBIRD_TUNNEL_DIRECT_PORT',
    type: integer(1, 65_535),
    fallback: '4443',
    help: 'for direct: port of this computer that the router leads its port 443 to',
  }),
  tunnelSeenBy: setting({
    env: 'HOMEBIRD_TUNNEL_SEEN_BY',
    type: optional(namedPort),
    fallback: 'stun.cloudflare.com:3478',
    help: 'for direct: a STUN server that is asked which address the world sees, to find a provider that shares one; empty asks nobody',
  }),
  tunnelPort: setting({
    env: 'HOMEBIRD_TUNNEL_PORT',
    type: integer(0, 65_535),
    fallback: '4182',
    help: 'loopback port that tunnel programs lead to; 0 takes a free one',
  }),
  clientAddress: setting({
    env: 'HOMEBIRD_CLIENT_ADDRESS',
    type: optional(clientSource),
    fallback: '',
    help: 'for manual and command: who says where a visitor is from; empty believes nobody',
  }),
  trustedProxies: setting({
    env: 'HOMEBIRD_TRUSTED_PROXIES',
    type: networks,
    fallback: '127.0.0.0/8,::1/128',
    help: 'for manual: whose word about visitors is taken',
  }),
}

/** Those that say what is run on this computer. */
export const RUNS_PROGRAMS: ReadonlySet<string> = new Set<keyof typeof TUNNEL_SETTINGS>([
  'tunnelCommand',
  'tunnelProgram',
])
