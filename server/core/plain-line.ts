/** Words that come from elsewhere, such that no terminal takes them for a command and no reader for other words than they are. */

/** Control characters, ends of lines, and what turns the direction of what follows. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const COMMANDS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g
/** The same in text of several lines. */
// oxlint-disable-next-line no-control-regex -- as above
const COMMANDS_IN_LINES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** One line: they are written as escapes. */
export const plainLine = (text: string): string => text.replaceAll(COMMANDS, escaped)

/** As above; ends of lines and tabs stay. */
export const plainLines = (text: string): string => text.replaceAll(COMMANDS_IN_LINES, escaped)

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
