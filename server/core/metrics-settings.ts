/** The settings of what others read of how the home does. */
import { setting } from './setting.ts'
import { bool, refuse, type SettingType } from './setting-types.ts'
import { TRACE_SETTINGS } from './trace-settings.ts'

const LEAST_TOKEN = 16
const MOST_TOKEN = 500

const token: SettingType<string> = {
  name: `text of ${LEAST_TOKEN} to ${MOST_TOKEN} characters without spaces, or empty`,
  parse(raw) {
    if (raw === '') return raw
    if (raw.length < LEAST_TOKEN || raw.length > MOST_TOKEN)
      refuse(`it has ${raw.length} characters and must have ${LEAST_TOKEN} to ${MOST_TOKEN}`)
    return /^[\x21-\x7e]+$/.test(raw) ? raw : refuse('it must be printable ASCII without spaces')
  },
}

export const METRICS_SETTINGS = {
  metrics: setting({
    env: 'HOMEBIRD_METRICS',
    type: bool,
    fallback: 'false',
    help: 'offer figures for Prometheus at /metrics of the private address; they name no people and hold no words',
  }),
  metricsToken: setting({
    env: 'HOMEBIRD_METRICS_TOKEN',
    type: token,
    fallback: '',
    help: 'what Prometheus shows as its bearer token to read them; without one only you, signed in, can',
    secret: true,
  }),
  ...TRACE_SETTINGS,
}
