/** host-meta: where a domain answers WebFinger, for the servers that still ask. */
import { escapeHtml } from '../domain/text/escape-html.ts'
import { visitHtml } from '../domain/text/html-tokens.ts'
import { isUri } from './json.ts'

export const XRD_XML = 'application/xrd+xml'

/** @param origin  `https://host` of the service host, from settings and never from the request */
export function hostMetaDocument(origin: string): string {
  const template = escapeHtml(`${origin}/.well-known/webfinger?resource={uri}`)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">',
    `  <Link rel="lrdd" type="application/jrd+json" template="${template}"/>`,
    '</XRD>',
    '',
  ].join('\n')
}

/**
 * The WebFinger template of a host-meta document. It is read as a stream of tags, with no entities but the predefined ones.
 * @returns null when there is none, it is not https, has no `{uri}`, or the document has a DOCTYPE (rule 56)
 * @see RFC 6415 3.1
 */
export function parseHostMeta(xml: string): string | null {
  if (/<!doctype/i.test(xml)) return null
  let template: string | null = null
  visitHtml(xml, {
    startTag(name, attributes) {
      const valueOf = (key: string): string =>
        attributes.find((attribute) => attribute.name === key)?.value ?? ''
      if (name !== 'link' || valueOf('rel') !== 'lrdd' || template !== null) return
      const candidate = valueOf('template')
      if (candidate.includes('{uri}') && isUri(candidate.replace('{uri}', 'x'))) template = candidate
    },
    endTag: () => undefined,
    text: () => undefined,
  })
  return template
}
