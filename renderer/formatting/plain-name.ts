/** A name without the pictures that only its own server knows. */
export function plainName(displayName: string): string {
  return displayName
    .replace(/:[\w-]+:/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}
