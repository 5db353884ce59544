/**
 * Turns the HTML of a post into a fragment of known elements. The home sanitised it on the way in; this is the second
 * lock, and the only place of the window where text becomes elements.
 */
import DOMPurify from 'dompurify'

const ALLOWED_TAGS =
  'p br span a em i strong b u del s sub sup code pre blockquote ul ol li h1 h2 h3 h4 h5 h6 ruby rt rp'.split(
    ' ',
  )
const ALLOWED_ATTR = ['href', 'class', 'lang', 'start', 'reversed', 'value']

export function sanitizeToFragment(html: string): DocumentFragment {
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS,
    ALLOWED_ATTR,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  })
}

/** The words of a post in one line, without what servers mark as not for the eye. */
export function textOfHtml(html: string): string {
  const fragment = sanitizeToFragment(html)
  for (const hidden of fragment.querySelectorAll('.invisible, .quote-inline')) hidden.remove()
  for (const end of fragment.querySelectorAll('p, br, li, blockquote, pre')) end.after(' ')
  return (fragment.textContent ?? '').replace(/\s+/g, ' ').trim()
}
