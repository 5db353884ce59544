/**
 * The OpenAPI document of the client API: made of the routes as they are declared, with the schemas that check what comes in
 * and the entities that go out. Nothing in it is written twice.
 * @see OpenAPI 3.1.1
 */
import type { RouteOptions } from 'fastify'
import { VERSION } from '../../../core/version.ts'
import { SCOPES } from '../../../domain/oauth/scopes.ts'
import { givenUpOn } from '../deprecations.ts'
import { ANSWERS } from './answers.ts'
import { PEOPLE, POSTS } from './entities.ts'
import { INSTANCE } from './instance-entities.ts'
import { SEEN } from './seen-entities.ts'
import { ACCESS, FILTERS, NOTICES, OTHERS } from './more-entities.ts'

export type DescribedRoute = Pick<RouteOptions, 'method' | 'url' | 'schema' | 'config'>

interface PlainSchema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, PlainSchema>>
  readonly required?: readonly string[]
}

/** What may be sent as a body: forms as `a[b]=c`, lists as `a[]=b`. */
const BODY_TYPES = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data']
const SCHEMAS = { ...PEOPLE, ...POSTS, ...FILTERS, ...NOTICES, ...ACCESS, ...OTHERS, ...INSTANCE, ...SEEN }
/** Pages for the owner's browser, not for programs. */
const PAGES = /^\/oauth\/(?:authorize|passkey|sign-in)/

/** @param origin  by which the client reached this home */
export function openApiDocument(routes: readonly DescribedRoute[], origin: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    const path = route.url.replaceAll(/:(\w+)/g, '{$1}')
    for (const method of methodsOf(route)) {
      paths[path] ??= {}
      Object.assign(paths[path], { [method.toLowerCase()]: operation(route, method) })
    }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Homebird',
      version: VERSION,
      description: 'The client API of a home, as apps of Mastodon know it.',
      license: { name: 'AGPL-3.0-or-later', identifier: 'AGPL-3.0-or-later' },
    },
    servers: [{ url: origin }],
    paths,
    components: { schemas: SCHEMAS, responses: RESPONSES, securitySchemes: securitySchemes(origin) },
  }
}

/** What stands in the document: no preflights, no catch-alls, and HEAD is what GET is. */
export function methodsOf({ method, url }: Pick<DescribedRoute, 'method' | 'url'>): string[] {
  const isLeftOut = url.includes('*') || PAGES.test(url) || /.\/$/.test(url)
  return isLeftOut ? [] : [method].flat().filter((one) => one !== 'OPTIONS' && one !== 'HEAD')
}

function operation({ url, schema = {}, config }: DescribedRoute, method: string): object {
  const name = `${method} ${url}`
  const body = schema.body as PlainSchema | undefined
  return {
    operationId: operationId(method, url),
    tags: [tagOf(url)],
    ...(givenUpOn(method, url) === null ? {} : { deprecated: true }),
    security: securityOf(config),
    parameters: [...pathParameters(url, schema.params), ...queryParameters(schema.querystring)],
    ...(body === undefined ? {} : { requestBody: { content: contentOf(body, BODY_TYPES) } }),
    responses: {
      200: { description: 'Done', ...answerOf(name) },
      default: { $ref: '#/components/responses/Refused' },
    },
  }
}

const contentOf = (schema: object, types: readonly string[]): object =>
  Object.fromEntries(types.map((type) => [type, { schema }]))

function answerOf(name: string): object {
  if (/ \/api\/v1\/streaming(?!.*health)/.test(name)) return { content: { 'text/event-stream': {} } }
  const answer = ANSWERS.get(name)
  return { content: contentOf(answer === undefined ? {} : schemaOf(answer), ['application/json']) }
}

/** `Status`, `Status[]`, `Status|ScheduledStatus`. */
function schemaOf(answer: string): object {
  if (answer.endsWith('[]')) return { type: 'array', items: schemaOf(answer.slice(0, -2)) }
  const refs = answer.split('|').map((one) => ({ $ref: `#/components/schemas/${one}` }))
  return refs.length === 1 ? (refs[0] ?? {}) : { anyOf: refs }
}

function operationId(method: string, url: string): string {
  const words = url.replace(/^\/(?:api\/)?/, '').split(/[^A-Za-z0-9]+/)
  return [method.toLowerCase(), ...words].filter((word) => word !== '').join('_')
}

const tagOf = (url: string): string => /^\/(?:api\/v\w+\/)?([\w.-]+)/.exec(url)?.[1] ?? 'other'

function pathParameters(url: string, schema: unknown): object[] {
  const properties = (schema as PlainSchema | undefined)?.properties ?? {}
  return [...url.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: properties[name] ?? { type: 'string' },
  }))
}

/** Lists are asked for as `name[]`, which every client library writes. */
function queryParameters(schema: unknown): object[] {
  const { properties = {}, required = [] } = (schema ?? {}) as PlainSchema
  return Object.entries(properties).map(([name, one]) => {
    const parameter = { name, in: 'query', required: required.includes(name), schema: one }
    if (one.type === 'array') Object.assign(parameter, { name: `${name}[]`, style: 'form', explode: true })
    if (one.type === 'object') Object.assign(parameter, { style: 'deepObject' })
    return parameter
  })
}

/** Any one of several scopes; nothing at all where strangers may ask. */
function securityOf(config: DescribedRoute['config']): object[] {
  const { scope = 'public', subject } = config ?? {}
  const scopes = [scope].flat().filter((one) => one !== 'public')
  const named =
    scopes.length === 0 && subject === 'app' ? [{ oauth: [] }] : scopes.map((one) => ({ oauth: [one] }))
  return subject === 'public' ? [{}, ...named] : named
}

const RATE_HEADERS = Object.fromEntries(
  ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset', 'X-Request-Id'].map((name) => [
    name,
    { schema: { type: 'string' } },
  ]),
)

const RESPONSES = {
  Refused: {
    description: 'What was asked for is not there, not allowed, not understood, or too much',
    headers: RATE_HEADERS,
    content: contentOf({ $ref: '#/components/schemas/Error' }, ['application/json']),
  },
}

function securitySchemes(origin: string): object {
  const scopes = Object.fromEntries(SCOPES.map((scope) => [scope, scope]))
  const tokenUrl = `${origin}/oauth/token`
  return {
    oauth: {
      type: 'oauth2',
      flows: {
        authorizationCode: { authorizationUrl: `${origin}/oauth/authorize`, tokenUrl, scopes },
        clientCredentials: { tokenUrl, scopes },
      },
    },
  }
}
