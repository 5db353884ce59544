/** Versions of Homebird, compared as Semantic Versioning 2.0.0 says. */

interface Version {
  readonly numbers: readonly [number, number, number]
  readonly before: readonly string[]
}

/** Longer ones are nothing that anybody releases. */
const MAX_LENGTH = 64
const SHAPE =
  /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$/

export function isVersion(text: string): boolean {
  return readVersion(text) !== null
}

/** @throws when one of them is no version */
export function isNewer(version: string, than: string): boolean {
  return compareVersions(version, than) > 0
}

/** @returns below 0, 0 or above 0; builds after a plus sign count nothing */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [parseVersion(one), parseVersion(other)]
  for (const [place, number] of a.numbers.entries()) {
    const difference = number - (b.numbers[place] ?? 0)
    if (difference !== 0) return difference
  }
  // 1.0.0-beta comes before 1.0.0.
  if (a.before.length === 0 || b.before.length === 0) return b.before.length - a.before.length
  return compareBefore(a.before, b.before)
}

function compareBefore(a: readonly string[], b: readonly string[]): number {
  for (const [place, left] of a.entries()) {
    const right = b[place]
    if (right === undefined) return 1
    if (left === right) continue
    const [isLeft, isRight] = [/^\d+$/.test(left), /^\d+$/.test(right)]
    if (isLeft && isRight) return Number(left) - Number(right)
    if (isLeft !== isRight) return isLeft ? -1 : 1
    return left < right ? -1 : 1
  }
  return a.length - b.length
}

function parseVersion(text: string): Version {
  const version = readVersion(text)
  if (version === null) throw new Error(`${JSON.stringify(text.slice(0, 100))} is no version such as 1.2.3`)
  return version
}

function readVersion(text: string): Version | null {
  const [, major, minor, patch, before] = (text.length <= MAX_LENGTH ? SHAPE.exec(text) : null) ?? []
  if (major === undefined) return null
  const parts = before?.split('.') ?? []
  // Semantic Versioning 9: numbers have no leading zero, so that no two texts are the same version.
  if (parts.some((part) => /^0\d+$/.test(part))) return null
  return { numbers: [Number(major), Number(minor), Number(patch)], before: parts }
}
