/** How the window's bundle is answered, by the private listener and by the shell alike. */
import { LICENCES_FILE } from './licences.ts'

/**
 * Whom the window may speak to: nobody but its home.
 * @param mediaOrigin  own media may have been moved to another host; null where they are at home
 * @see security rule 89
 */
export function windowPolicy(mediaOrigin: string | null): string {
  const media = mediaOrigin === null ? '' : ` ${mediaOrigin}`
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self'${media} data: blob:`,
    `media-src 'self'${media} blob:`,
    "connect-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    // The one that reads the HTML of posts, React makes none; and the one that names the service worker.
    'trusted-types dompurify service-worker',
  ].join('; ')
}

/** Of every answer that belongs to the window, beside the policy. */
export const WINDOW_HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
} as const

/** Files beside the document, whose names stay while their contents change: asked for anew each time. */
export const WINDOW_NAMED_FILES: Readonly<Record<string, string>> = {
  [LICENCES_FILE]: 'application/json; charset=utf-8',
  'service-worker.js': 'text/javascript; charset=utf-8',
  'manifest.webmanifest': 'application/manifest+json; charset=utf-8',
  'icons/homebird.svg': 'image/svg+xml',
  'icons/homebird-192.png': 'image/png',
  'icons/homebird-512.png': 'image/png',
  'icons/maskable-512.png': 'image/png',
  'icons/badge-96.png': 'image/png',
}
