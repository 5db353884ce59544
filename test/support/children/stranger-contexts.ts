/**
 * The registry holds an older `activitystrea.ms` than the bot framework asks for. What the framework misses there is added
 * here, before the framework is loaded: a place for the JSON-LD contexts that it brings, a question to objects, and the
 * context that an object came with, which the older one keeps under another name than it looks for.
 */
import { createRequire } from 'node:module'

interface Loader {
  makeDocLoader(): (url: string) => Promise<unknown>
}

const load = createRequire(import.meta.url)
const contexts = new Map<string, object>()

const { prototype: loader } = load('activitystrea.ms/src/contextloader.js') as { readonly prototype: Loader }
const makeDocLoader: Loader['makeDocLoader'] = Reflect.get(loader, 'makeDocLoader')
loader.makeDocLoader = function withKnownContexts(this: Loader) {
  const loadElse = makeDocLoader.call(this)
  return async (url) => {
    const document = contexts.get(url)
    return document === undefined ? loadElse(url) : { contextUrl: null, document, documentUrl: url }
  }
}

const environment = load('activitystrea.ms/src/environment.js') as {
  readonly prototype: { readonly originalContext: unknown }
}
Object.defineProperty(environment.prototype, 'origContext', {
  get(this: { readonly originalContext: unknown }) {
    return this.originalContext
  },
})

// Only now: it makes a loader for itself at once.
const streams = load('activitystrea.ms') as {
  registerContext?: (url: string, context: object) => void
  readonly models: { readonly Object: { readonly Base?: Function } & Function }
}
streams.registerContext = (url, context) => void contexts.set(url, context)

const reasoner = load('activitystrea.ms/src/reasoner.js') as {
  node(type: string): { is(type: string): boolean }
}
const { models } = streams
// Not to be enumerated: objects are spread into each other there.
Object.defineProperty((models.Object.Base ?? models.Object).prototype, 'isActivity', {
  value(this: { readonly type: string | string[] }): boolean {
    return [this.type]
      .flat()
      .some((type) => reasoner.node(type).is('https://www.w3.org/ns/activitystreams#Activity'))
  },
})
