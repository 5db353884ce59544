/** What a token may do: whole scopes in words, and folded beneath them each thing by itself. */
import { Checkbox } from '../../components/checkbox.tsx'
import { FINE_SCOPES } from '../../../server/contracts/scopes.ts'
import { useText } from '../../hooks/use-text.ts'
import type { MessageId } from '../../i18n/i18n.ts'
import { chosenScopes } from './chosen-scopes.ts'
import styles from './security.module.css'

const WHOLE = [
  ['profile', 'security.scope_profile'],
  ['read', 'security.scope_read'],
  ['write', 'security.scope_write'],
  ['follow', 'security.scope_follow'],
  ['push', 'security.scope_push'],
] as const satisfies readonly (readonly [string, MessageId])[]

interface ScopeChoiceProps {
  readonly scopes: readonly string[]
  readonly onScopes: (scopes: readonly string[]) => void
}

export function ScopeChoice(props: ScopeChoiceProps) {
  const { scopes, onScopes } = props
  const t = useText()
  return (
    <fieldset className={styles.scopes}>
      <legend>{t('security.token_may')}</legend>
      {WHOLE.map(([scope, words]) => (
        <Checkbox
          key={scope}
          isSelected={scopes.includes(scope)}
          onChange={(isOn) => onScopes(chosenScopes(scopes, scope, isOn))}
        >
          {t(words)} <code className={styles.scope}>{scope}</code>
        </Checkbox>
      ))}
      <details className={styles.exactly}>
        <summary>{t('security.scopes_exactly')}</summary>
        <FineScopes {...props} group="read" />
        <FineScopes {...props} group="write" />
      </details>
    </fieldset>
  )
}

/** What a whole scope covers is on, and no choice of its own. */
function FineScopes({ scopes, onScopes, group }: ScopeChoiceProps & { readonly group: 'read' | 'write' }) {
  const t = useText()
  const isCovered = scopes.includes(group)
  return (
    <fieldset className={styles.scopes}>
      <legend>{t(`security.scopes_${group}`)}</legend>
      <div className={styles.fine}>
        {FINE_SCOPES[group].map((name) => {
          const scope = `${group}:${name}`
          return (
            <Checkbox
              key={scope}
              isSelected={isCovered || scopes.includes(scope)}
              isDisabled={isCovered}
              onChange={(isOn) => onScopes(chosenScopes(scopes, scope, isOn))}
            >
              {t(`security.scope_of_${name}`)} <code className={styles.scope}>{scope}</code>
            </Checkbox>
          )
        })}
      </div>
    </fieldset>
  )
}
