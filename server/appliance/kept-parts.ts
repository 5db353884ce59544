/** What is done with the parts of a home together: one found by its name, all stopped in their order. */
import { HomebirdError, describeError } from '../core/errors.ts'

/** @throws HomebirdError NOT_FOUND for a part that this home does not keep */
export function partNamed<P extends { readonly name: string }>(kept: readonly (P | null)[], name: string): P {
  const parts = kept.filter((part) => part !== null)
  const part = parts.find((one) => one.name === name)
  if (part !== undefined) return part
  const known = parts.map((one) => one.name).join(', ')
  throw new HomebirdError(
    'NOT_FOUND',
    `${JSON.stringify(name)} is no part of this home; its parts are ${known}`,
  )
}

/** One after the other; what fails is told, and the others stop all the same. */
export async function stopInOrder(
  steps: readonly (() => Promise<unknown> | undefined)[],
  failed: (why: string) => void,
): Promise<void> {
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      failed(describeError(error))
    }
  }
}
