/** Pages of the shell and of the window hold no script, style or handler within them, and name nothing outside. */
import { type DefaultTreeAdapterMap, parse } from 'parse5'
import type { Breach } from './rule.ts'

type Element = DefaultTreeAdapterMap['element']
type Parent = DefaultTreeAdapterMap['parentNode']

export function checkPage(path: string, html: string): readonly Breach[] {
  const breaches: Breach[] = []
  for (const element of elementsOf(parse(html, { sourceCodeLocationInfo: true }))) {
    const line = element.sourceCodeLocation?.startLine ?? 1
    for (const message of flawsOf(element)) breaches.push({ rule: 'pages', path, line, message })
  }
  return breaches
}

function* elementsOf(parent: Parent): Generator<Element> {
  for (const child of parent.childNodes) {
    if ('tagName' in child) yield child
    if ('childNodes' in child) yield* elementsOf(child)
  }
}

function* flawsOf({ tagName, attrs }: Element): Generator<string> {
  const attributes = new Map(attrs.map(({ name, value }) => [name, value]))
  if (tagName === 'script' && !attributes.has('src'))
    yield 'a script within the page is not run: give it a file'
  if (tagName === 'style' || attributes.has('style'))
    yield 'a style within the page is not used: give it a file'
  if (['base', 'embed', 'frame', 'iframe', 'object', 'webview'].includes(tagName))
    yield `<${tagName}> is in no page of ours`
  for (const [name, value] of attributes) {
    if (name.startsWith('on')) yield `${name} is a script within the page: listen in a file`
    if (['src', 'href', 'action', 'srcset'].includes(name) && /^\s*(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(value)) {
      yield `${name} names something outside the bundle`
    }
  }
}
