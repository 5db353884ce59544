/** Which HTML elements the text code knows, and what becomes of them. The allow-list is that of the fediverse's rich text. */

const names = (list: string): ReadonlySet<string> => new Set(list.split(' '))

/** Removed together with everything inside. */
export const DROPPED_ELEMENTS = names(
  'script style head title template noscript noembed noframes xmp textarea svg math iframe frameset object embed applet ' +
    'audio video canvas map select datalist input meter progress link meta base portal fencedframe',
)

/** Elements that never have content or an end tag. */
export const VOID_ELEMENTS = names(
  'area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr',
)

/** Allowed inline elements, besides `a`, `br`, `rt` and `rp`, which have rules of their own. */
export const INLINE_ELEMENTS = names('span del s code b strong u i em ruby')

/** Allowed block elements, besides `li`. A paragraph never holds one of them. */
export const BLOCK_ELEMENTS = names('p blockquote pre ul ol')

export const HEADING_ELEMENTS = names('h1 h2 h3 h4 h5 h6')

/** Elements that are not kept but whose content stands on lines of its own. */
export const BREAKING_ELEMENTS = names(
  'address article aside body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form ' +
    'header hgroup hr html legend listing main menu nav optgroup option plaintext search section summary table tbody ' +
    'td tfoot th thead tr',
)
