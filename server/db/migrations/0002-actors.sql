-- Anyone with an inbox: the owner's identities (`domain_id` set) and everybody else.

create table actors (
  id bigint primary key default next_id(),
  uri text not null unique,
  kind text not null default 'Person',
  -- Set for identities of this home.
  domain_id bigint references domains (id),
  is_local boolean generated always as (domain_id is not null) stored,
  -- The instance actor is local and nobody's identity.
  is_instance_actor boolean not null default false,
  -- Host of the URI, and the host that the handle shows (WebFinger confirmed).
  host text not null,
  username text not null,
  handle_domain text not null,
  display_name text not null default '',
  bio_html text not null default '',
  -- As the owner wrote it; identities only.
  bio_source text not null default '',
  page_url text,
  icon_url text,
  icon_description text not null default '',
  header_url text,
  header_description text not null default '',
  -- [{name, value (sanitised HTML), source?, verifiedAt?}]
  fields jsonb not null default '[]',
  -- [{shortcode, url, uri?}]
  emojis jsonb not null default '[]',
  inbox_uri text not null,
  shared_inbox_uri text,
  outbox_uri text,
  followers_uri text,
  following_uri text,
  featured_uri text,
  also_known_as text[] not null default '{}',
  moved_to_uri text,
  is_locked boolean not null default false,
  is_discoverable boolean not null default false,
  is_indexable boolean not null default false,
  hides_collections boolean not null default false,
  default_visibility text not null default 'public',
  default_sensitive boolean not null default false,
  default_language text,
  followers_count integer not null default 0,
  following_count integer not null default 0,
  posts_count integer not null default 0,
  last_post_at timestamptz,
  published_at timestamptz,
  -- When the document was last read from its origin; null for a row that only stands for a URI.
  fetched_at timestamptz,
  -- The origin answered 410, or the owner removed the identity.
  gone_at timestamptz,
  suspended_at timestamptz,
  created_at timestamptz not null default now(),
  state text not null default 'updated',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz,
  state_priority smallint not null default 1 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text
);
create unique index actors_handle on actors (lower(username), handle_domain) where domain_id is not null;
create index actors_lookup on actors (lower(username), handle_domain);
create index actors_host on actors (host);
create index actors_page_url on actors (page_url) where page_url is not null;
create index actors_domain on actors (domain_id) where domain_id is not null;
-- The few rows of the home among those of everybody.
create index actors_local on actors (id) where is_local;
create index actors_name_trgm on actors using gin ((username || '@' || handle_domain || ' ' || display_name) gin_trgm_ops);
create index actors_due on actors (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index actors_state on actors (state, state_changed_at);

-- Keys by their id. A key id never moves to another actor; identities keep the private half here.
create table actor_keys (
  key_uri text primary key,
  actor_id bigint not null references actors (id) on delete cascade,
  algorithm text not null check (algorithm in ('rsa', 'ed25519')),
  public_key_pem text not null,
  private_key_pem text,
  fetched_at timestamptz not null default now(),
  -- Its owner no longer lists it. The row stays, so that the id never becomes that of somebody else's key.
  revoked_at timestamptz
);
create index actor_keys_actor on actor_keys (actor_id);

create table follows (
  id bigint primary key default next_id(),
  uri text not null unique,
  source_id bigint not null references actors (id) on delete cascade,
  target_id bigint not null references actors (id) on delete cascade,
  shows_boosts boolean not null default true,
  notifies boolean not null default false,
  languages text[],
  created_at timestamptz not null default now(),
  accepted_at timestamptz,
  state text not null default 'unrequested',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz default now(),
  state_priority smallint not null default 0 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text,
  unique (source_id, target_id)
);
create index follows_target on follows (target_id, state);
create index follows_source on follows (source_id, state);
create index follows_due on follows (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index follows_state on follows (state, state_changed_at);

-- Blocks and mutes between two actors. A mute never leaves the home.
create table blocks (
  id bigint primary key default next_id(),
  uri text not null unique,
  source_id bigint not null references actors (id) on delete cascade,
  target_id bigint not null references actors (id) on delete cascade,
  is_mute boolean not null default false,
  hides_notifications boolean not null default true,
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  state text not null default 'new',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz default now(),
  state_priority smallint not null default 0 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text,
  unique (source_id, target_id, is_mute)
);
create index blocks_target on blocks (target_id);
create index blocks_due on blocks (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index blocks_state on blocks (state, state_changed_at);
