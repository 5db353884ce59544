/** Every rule of the shell that source can show. A rule that cannot be broken by a fixture is none. */
import { placeRules } from './places.ts'
import { preloadRules } from './preloads.ts'
import type { Rule } from './rule.ts'
import { valueRules } from './values.ts'

export const RULES: readonly Rule[] = [...placeRules, ...valueRules, ...preloadRules]
