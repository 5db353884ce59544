/** An address to listen on: loopback TCP, or a unix socket (on Windows a named pipe). */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'socket'; readonly path: string }
