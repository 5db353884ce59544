/** A secret as a regular expression that nothing else matches, and that no quote of any configuration can be ended by. */

/** Each sign that is no letter or digit stands there by its number. */
export const exactly = (secret: string): string =>
  `^${secret.replaceAll(/[^A-Za-z0-9]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`)}\\z`
