/** What the environment of a home of the seed system may hold and has no meaning here. */

/** Variables that somebody may expect and that have no meaning here, most of them of the seed system, with the reason; naming one is not a mistake. */
export const RETIRED_VARIABLES: Readonly<Record<string, string>> = {
  TAKAHE_ENVIRONMENT: 'there is one mode',
  HOMEBIRD_ENV: 'there is one mode; HOMEBIRD_LOG_LEVEL=debug tells more',
  HOMEBIRD_HEADLESS: 'homebird serve runs without a window, the desktop app with one',
  HOMEBIRD_SECRET_KEY: 'the home makes and keeps its own',
  TAKAHE_DEBUG_TOOLBAR: 'there is none',
  TAKAHE_LOCAL_SETTINGS: 'there are none',
  TAKAHE_SECRET_KEY: 'the home makes and keeps its own',
  TAKAHE_STATOR_TOKEN: 'the worker is a process of the home',
  TAKAHE_CORS_HOSTS: 'the client API is open to every origin, the private one to none',
  TAKAHE_CSRF_HOSTS: 'they follow from the domains',
  TAKAHE_USE_PROXY_HEADERS: 'trust belongs to the listener of a tunnel',
  TAKAHE_NGINX_CACHE_SIZE: 'set HOMEBIRD_CACHES_MEDIA_MAX_MB',
  TAKAHE_EMAIL_SERVER: 'a home sends no mail',
  TAKAHE_EMAIL_FROM: 'a home sends no mail',
  TAKAHE_AUTO_ADMIN_EMAIL: 'a home has one owner',
  TAKAHE_ERROR_EMAILS: 'a home sends no mail',
  TAKAHE_SENTRY_DSN:
    'errors stay in logs and journal; OTEL_EXPORTER_OTLP_ENDPOINT names a receiver of traces',
  TAKAHE_SENTRY_SAMPLE_RATE: 'errors stay in logs and journal',
  TAKAHE_SENTRY_TRACES_SAMPLE_RATE: 'set OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG',
  TAKAHE_SENTRY_CAPTURE_MESSAGES: 'errors stay in logs and journal',
  TAKAHE_SENTRY_EXPERIMENTAL_PROFILES_TRACES_SAMPLE_RATE: 'there are no profiles',
  TAKAHE_ALLOW_USER_MIGRATION: 'moving in and out is always possible',
}
