/** How the servers of the network and a browser name themselves: what stands in front of a home may judge them by it. */

export const BROWSER =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'

/** As they really send it, with a server that nobody has. */
export const SERVER_AGENTS: readonly (readonly [name: string, agent: string])[] = [
  ['Mastodon', 'Mastodon/4.5.2 (http.rb/5.3.1; +https://social.example/)'],
  ['GoToSocial', 'gotosocial/0.20.2 (+https://social.example)'],
  ['Misskey', 'Misskey/2025.11.0 (https://social.example)'],
  ['Lemmy', 'Lemmy/0.19.14; +https://social.example'],
  ['Pixelfed', '(Pixelfed/0.12.5; +https://social.example)'],
]
