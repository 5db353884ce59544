/** The words of a choice: most have a word of their own by row, seconds are counted. */
import { languageName } from '../../formatting/language-name.ts'
import type { Text } from '../../i18n/i18n.ts'
import type { RowId } from '../../stores/setting-rows.ts'

type LookWord = 'system' | 'light' | 'dark' | 'more' | 'comfortable' | 'compact' | 'reduced'

export function choiceWords(t: Text, id: RowId, value: string | number): { readonly label: string } {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- most rows share the words of looks
  switch (id) {
    case 'hold':
      return { label: value === 0 ? t('settings.at_once') : t('settings.seconds', { count: Number(value) }) }
    case 'visibility':
      return { label: t(`choice_visibility.${value as 'public' | 'unlisted' | 'private'}`) }
    case 'quote_policy':
      return { label: t(`choice_quote_policy.${value as 'public' | 'followers' | 'nobody'}`) }
    case 'start_page':
      return {
        label: t(`choice_start.${value as 'home' | 'notifications' | 'mentions' | 'local' | 'bookmarks'}`),
      }
    case 'media':
      return { label: t(`choice_media.${value as 'default' | 'show_all' | 'hide_all'}`) }
    case 'locale':
      return {
        label: value === 'system' ? t('choice_look.system') : languageName(String(value), String(value)),
      }
    default:
      return { label: t(`choice_look.${value as LookWord}`) }
  }
}
