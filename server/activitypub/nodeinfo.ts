/** NodeInfo: what this home tells about itself, and what other servers tell about themselves. */
import { cleanLine, stripBidiControls } from '../domain/text/clean-text.ts'
import { asArray, countOf, flagOf, isObject, isUri, textOf } from './json.ts'
import type { JsonObject } from './json.ts'

export type NodeInfoVersion = '2.0' | '2.1'
const SCHEMA = 'http://nodeinfo.diaspora.software/ns/schema/'

export function nodeInfoMediaType(version: NodeInfoVersion): string {
  return `application/json; profile="${SCHEMA}${version}#"`
}

/** @see NodeInfo protocol, discovery; FEP-0151 adds the link to the instance actor */
export function nodeInfoLinks(origin: string, instanceActorUri: string): JsonObject {
  return {
    links: [
      { rel: `${SCHEMA}2.0`, href: `${origin}/nodeinfo/2.0` },
      { rel: `${SCHEMA}2.1`, href: `${origin}/nodeinfo/2.1` },
      { rel: 'https://www.w3.org/ns/activitystreams#Application', href: instanceActorUri },
    ],
  }
}

export interface NodeInfoParts {
  readonly softwareVersion: string
  readonly identities: number
  /** Identities that wrote in the last half year and in the last month. */
  readonly activeHalfYear: number
  readonly activeMonth: number
  readonly localPosts: number
  readonly nodeName: string
  readonly nodeDescription: string
}

/** @see NodeInfo 2.0 and 2.1, FEP-0151 (one server, one document, no faked numbers) */
export function nodeInfoDocument(version: NodeInfoVersion, parts: NodeInfoParts): JsonObject {
  return {
    version,
    software: { name: 'homebird', version: parts.softwareVersion },
    protocols: ['activitypub'],
    services: { inbound: [], outbound: [] },
    // Nobody but its owner signs up at a home.
    openRegistrations: false,
    usage: {
      users: {
        total: parts.identities,
        activeHalfyear: parts.activeHalfYear,
        activeMonth: parts.activeMonth,
      },
      localPosts: parts.localPosts,
    },
    metadata: { nodeName: parts.nodeName, nodeDescription: parts.nodeDescription },
  }
}

/** The address of a server's NodeInfo from its discovery document, the newest version that is understood. */
export function findNodeInfoUri(discovery: JsonObject): string | null {
  const links = asArray(discovery['links']).slice(0, 50).filter(isObject)
  for (const version of ['2.1', '2.0', '1.1', '1.0']) {
    const link = links.find(
      (candidate) => candidate['rel'] === `${SCHEMA}${version}` && isUri(candidate['href']),
    )
    if (link !== undefined) return textOf(link['href'])
  }
  return null
}

export interface NodeInfoFacts {
  /** Lower case, such as `mastodon`. */
  readonly software: string | null
  readonly softwareVersion: string | null
  readonly openRegistrations: boolean
  readonly users: number | null
  readonly localPosts: number | null
}

export function parseNodeInfo(document: JsonObject): NodeInfoFacts {
  const software = isObject(document['software']) ? document['software'] : {}
  const usage = isObject(document['usage']) ? document['usage'] : {}
  const users = isObject(usage['users']) ? usage['users'] : {}
  return {
    software: lineOf(software['name'])?.toLowerCase() ?? null,
    softwareVersion: lineOf(software['version']),
    openRegistrations: flagOf(document['openRegistrations']),
    users: countOf(users['total']),
    localPosts: countOf(usage['localPosts']),
  }
}

function lineOf(value: unknown): string | null {
  const line = stripBidiControls(cleanLine(textOf(value) ?? '', 100))
  return line === '' ? null : line
}
