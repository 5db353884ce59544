-- Second factors of the owner's sign-in, and the browsers that are signed in.

alter table owner_sessions
  -- A browser of the window; or half an hour on the public listener, in which apps are answered and nothing else.
  add column kind text not null default 'window' check (kind in ('window', 'public')),
  -- When whoever holds it last proved to be the owner. Null for a session that the key of a start opened.
  add column proved_at timestamptz;

-- The shared secret of the owner's authenticator, and the one that is just being set up.
create table totp_keys (
  is_pending boolean primary key,
  secret bytea not null,
  created_at timestamptz not null default now(),
  -- The latest step of 30 seconds whose code was taken: a code counts once.
  last_step bigint not null default 0
);

create table recovery_codes (
  code_hash bytea primary key,
  created_at timestamptz not null default now(),
  used_at timestamptz
);

create table passkeys (
  id bigint primary key default next_id(),
  credential_id text not null unique,
  public_key bytea not null,
  -- Of signatures, as the authenticator counts; 0 for those that do not.
  counter bigint not null default 0,
  transports text[] not null default '{}',
  -- The host it was made for: the only one where a browser offers it.
  rp_id text not null,
  name text not null,
  -- Kept by a service that brings it to other devices of the owner.
  is_synced boolean not null default false,
  created_at timestamptz not null default now(),
  last_used_at timestamptz
);
create index passkeys_rp on passkeys (rp_id);

-- Lets another device of the owner make a passkey for a host of the home, once and soon.
create table passkey_links (
  token_hash bytea primary key,
  rp_id text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);

-- What passkeys have signed in the last minutes: each counts once.
create table used_challenges (
  challenge_hash bytea primary key,
  used_at timestamptz not null
);
create index used_challenges_used on used_challenges (used_at);
