/**
 * The colours of the public pages: those of the window, by the same names. The window's style sheet is not read at run
 * time, so a test holds the two against each other.
 */

/** OKLCH: lightness, chroma, hue. */
export const LIGHT = {
  canvas: '0.985 0.004 85',
  surface: '1 0 0',
  sunken: '0.962 0.006 85',
  line: '0.905 0.007 85',
  'control-edge': '0.62 0.012 260',
  text: '0.23 0.015 260',
  'text-2': '0.42 0.015 260',
  'text-3': '0.52 0.013 260',
  accent: '0.5 0.105 235',
  'on-accent': '1 0 0',
  'accent-soft': '0.945 0.03 235',
  ok: '0.5 0.12 155',
  focus: '0.52 0.17 255',
} as const

type Colours = { readonly [name in keyof typeof LIGHT]: string }

export const DARK: Colours = {
  canvas: '0.19 0.008 260',
  surface: '0.225 0.009 260',
  sunken: '0.165 0.008 260',
  line: '0.325 0.01 260',
  'control-edge': '0.58 0.012 260',
  text: '0.95 0.005 85',
  'text-2': '0.82 0.008 260',
  'text-3': '0.7 0.01 260',
  accent: '0.78 0.105 235',
  'on-accent': '0.2 0.03 235',
  'accent-soft': '0.31 0.05 235',
  ok: '0.78 0.13 155',
  focus: '0.8 0.105 240',
}

/** As declarations. */
export const colours = (tokens: Colours): string =>
  Object.entries(tokens)
    .map(([name, value]) => `--${name}:oklch(${value})`)
    .join(';')
