/** Scopes as they are chosen one by one: a whole one takes the place of those that it covers. */

/** @param scope  whole, as `read`, or fine, as `read:statuses` */
export function chosenScopes(scopes: readonly string[], scope: string, isOn: boolean): readonly string[] {
  const others = scopes.filter((one) => one !== scope)
  if (!isOn) return others
  return [...others.filter((one) => !one.startsWith(`${scope}:`)), scope]
}
