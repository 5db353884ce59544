/** Holds real answers against the OpenAPI document that the home serves, by a validator that is not ours. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

interface Operation {
  readonly operationId: string
  readonly deprecated?: boolean
  readonly security: ReadonlyArray<{ readonly oauth?: readonly string[] }>
  readonly parameters: ReadonlyArray<{
    readonly name: string
    readonly in: string
    readonly required: boolean
  }>
  readonly requestBody?: { readonly content: Readonly<Record<string, object>> }
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { schema?: object }>> }>
  >
}

export interface ApiDocument {
  readonly openapi: string
  readonly servers: readonly object[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

const DATE = /^\d{4}-\d\d-\d\d$/
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/

export class AnswerChecker {
  readonly #ajv = new Ajv2020({
    strict: false,
    allErrors: false,
    formats: { date: DATE, 'date-time': MOMENT },
  })
  readonly #document: ApiDocument
  readonly #paths: ReadonlyArray<readonly [RegExp, string]>
  readonly #compiled = new Map<string, ValidateFunction | null>()

  constructor(document: ApiDocument) {
    this.#document = document
    this.#ajv.addSchema({ components: document.components }, 'doc')
    // What is spelt out goes before what is a parameter.
    this.#paths = Object.keys(document.paths)
      .toSorted((a, b) => a.split('{').length - b.split('{').length)
      .map((path) => [new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`), path])
  }

  /** What is wrong with the body of a good answer, or null; nothing is known of what the document does not describe. */
  flawIn(method: string, url: string, body: unknown): string | null {
    const [bare = ''] = url.split('?')
    const path = this.#paths.find(([pattern]) => pattern.test(bare))?.[1]
    const name = `${method.toLowerCase()} ${path}`
    const check = path === undefined ? null : this.#validatorOf(name, path, method)
    if (check === null || check(body)) return null
    const [first] = check.errors ?? []
    return `${name}${first?.instancePath} ${first?.message} (${JSON.stringify(first?.params)})`
  }

  #validatorOf(name: string, path: string, method: string): ValidateFunction | null {
    const kept = this.#compiled.get(name)
    if (kept !== undefined) return kept
    const { responses } = this.#document.paths[path]?.[method.toLowerCase()] ?? {}
    const schema = responses?.['200']?.content?.['application/json']?.schema
    const check = schema === undefined ? null : this.#ajv.compile(inDocument(schema))
    this.#compiled.set(name, check)
    return check
  }
}

/** References as the validator finds them. */
function inDocument(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"doc#/')) as object
}
