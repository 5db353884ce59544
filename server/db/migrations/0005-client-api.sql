-- Apps, their grants, and what makes a repeated request harmless.

create table oauth_apps (
  id bigint primary key default next_id(),
  client_id text not null unique,
  client_secret_hash bytea not null,
  name text not null,
  website text,
  redirect_uris text[] not null,
  scopes text[] not null,
  created_at timestamptz not null default now()
);

create table oauth_tokens (
  id bigint primary key default next_id(),
  token_hash bytea not null unique,
  app_id bigint not null references oauth_apps (id) on delete cascade,
  -- Null for a token of the app itself.
  actor_id bigint references actors (id) on delete cascade,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index oauth_tokens_app on oauth_tokens (app_id);
create index oauth_tokens_actor on oauth_tokens (actor_id) where actor_id is not null;

create table oauth_codes (
  code_hash bytea primary key,
  app_id bigint not null references oauth_apps (id) on delete cascade,
  actor_id bigint not null references actors (id) on delete cascade,
  redirect_uri text not null,
  scopes text[] not null,
  code_challenge text,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  -- What the code was exchanged for; revoked when the code comes a second time.
  token_id bigint references oauth_tokens (id) on delete set null
);

create table idempotency_keys (
  -- Token or session that sent the key.
  holder text not null,
  key text not null,
  post_id bigint not null references posts (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (holder, key)
);
create index idempotency_keys_created on idempotency_keys (created_at);

create table bookmarks (
  actor_id bigint not null references actors (id) on delete cascade,
  post_id bigint not null references posts (id) on delete cascade,
  id bigint not null default next_id(),
  primary key (actor_id, post_id)
);
create index bookmarks_actor on bookmarks (actor_id, id desc);

create table pins (
  actor_id bigint not null references actors (id) on delete cascade,
  post_id bigint not null references posts (id) on delete cascade,
  id bigint not null default next_id(),
  primary key (actor_id, post_id)
);

create table markers (
  actor_id bigint not null references actors (id) on delete cascade,
  timeline text not null check (timeline in ('home', 'notifications')),
  last_read_id bigint not null,
  version integer not null default 1,
  updated_at timestamptz not null default now(),
  primary key (actor_id, timeline)
);

-- Threads whose notifications an identity does not want.
create table thread_mutes (
  actor_id bigint not null references actors (id) on delete cascade,
  conversation_id bigint not null,
  created_at timestamptz not null default now(),
  primary key (actor_id, conversation_id)
);

-- What the owner notes about others; nobody else ever sees it.
create table actor_notes (
  actor_id bigint not null references actors (id) on delete cascade,
  about_id bigint not null references actors (id) on delete cascade,
  note text not null,
  updated_at timestamptz not null default now(),
  primary key (actor_id, about_id)
);
