/** The recovery sheet as a page of its own, made here and sent nowhere: to be saved, printed, put into a drawer. */

export interface SheetRow {
  readonly name: string
  readonly value: string
  /** Words of a machine, which keep their direction. */
  readonly isCode?: boolean
}

export interface RecoverySheet {
  readonly title: string
  readonly made: string
  readonly rows: readonly SheetRow[]
  readonly help: readonly SheetRow[]
  readonly helpTitle: string
}

interface Language {
  readonly locale: string
  readonly direction: 'ltr' | 'rtl'
}

const STYLE =
  'body{max-width:42rem;margin:3rem auto;padding:0 1.5rem;font:16px/1.5 system-ui,sans-serif;color:#1c1f26}' +
  'dt{color:#555;font-size:.8125rem}dd{margin:0 0 1rem;font-weight:600;overflow-wrap:anywhere}' +
  'code{font:inherit;font-family:ui-monospace,monospace}h1{font-size:1.5rem}h2{font-size:1.125rem;margin-top:2rem}' +
  '@media print{body{margin:0 auto}}'

/** A whole document that needs nothing but itself. */
export function sheetDocument(sheet: RecoverySheet, { locale, direction }: Language): string {
  return [
    `<!doctype html><html lang="${locale}" dir="${direction}"><meta charset="utf-8">`,
    `<meta name="viewport" content="width=device-width"><title>${escaped(sheet.title)}</title>`,
    `<style>${STYLE}</style><h1>${escaped(sheet.title)}</h1><p>${escaped(sheet.made)}</p>`,
    listOf(sheet.rows),
    `<h2>${escaped(sheet.helpTitle)}</h2>`,
    listOf(sheet.help),
    '</html>\n',
  ].join('\n')
}

function listOf(rows: readonly SheetRow[]): string {
  const shown = rows.map(({ name, value, isCode = false }) => {
    const text = isCode ? `<code dir="ltr">${escaped(value)}</code>` : escaped(value)
    return `<dt>${escaped(name)}</dt><dd>${text}</dd>`
  })
  return `<dl>${shown.join('\n')}</dl>`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)
