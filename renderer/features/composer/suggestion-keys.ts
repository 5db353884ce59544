/** What the list of suggestions does with a key; false leaves it to the field. */
export type SuggestionKeys = (key: string) => boolean
