/** Contrast of colours written as OKLCH, by the formulas of WCAG 2.2 and of the OKLab paper. */

/** Linear sRGB, each part cut to 0…1 as a screen does. */
export type LinearColour = readonly [red: number, green: number, blue: number]

/** Reads `oklch(0.985 0.004 85)`. */
export function parseOklch(text: string): LinearColour {
  const match = /^oklch\(\s*([\d.]+)\s+([\d.]+)\s+([\d.]+)\s*\)$/.exec(text.trim())
  if (match === null) throw new Error(`${JSON.stringify(text)} is not a plain oklch colour`)
  const [lightness = 0, chroma = 0, hue = 0] = match.slice(1).map(Number)
  const angle = (hue * Math.PI) / 180
  return linearFromOklab(lightness, chroma * Math.cos(angle), chroma * Math.sin(angle))
}

/** @see https://bottosson.github.io/posts/oklab/ */
function linearFromOklab(lightness: number, a: number, b: number): LinearColour {
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  const cut = (part: number): number => Math.min(1, Math.max(0, part))
  return [
    cut(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
    cut(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
    cut(-0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short),
  ]
}

/** From 1 to 21. @see WCAG 2.2, contrast ratio */
export function contrastRatio(a: LinearColour, b: LinearColour): number {
  const luminance = ([red, green, blue]: LinearColour): number =>
    0.2126 * red + 0.7152 * green + 0.0722 * blue
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light + 0.05) / (dark + 0.05)
}
