-- Posts that are brought along from elsewhere, out of the archive of a former account.

-- Where a post was before; null for one that was written here.
alter table posts add column imported_from text;

-- One for each archive.
create table archive_imports (
  id bigint primary key default next_id(),
  actor_id bigint not null references actors (id) on delete cascade,
  -- As it was called where it came from, for people.
  name text not null,
  -- SHA-256 of the archive in hex: the same one twice at once is one import.
  digest text not null,
  -- The address under which it was signed, where the archive tells: whose posts it holds.
  former_uri text,
  -- Counts of its entries, kept with them. Those that are no posts of the account's own are not entries.
  entries integer not null default 0,
  done integer not null default 0,
  failed integer not null default 0,
  -- Here already.
  repeated integer not null default 0,
  -- What is in the archive and not brought along: boosts, mostly.
  passed_over integer not null default 0,
  files_done integer not null default 0,
  files_failed integer not null default 0,
  -- Why nothing came of the whole of it.
  failure text,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  state text not null default 'reading',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz default now(),
  state_priority smallint not null default 1 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text
);
create index archive_imports_due on archive_imports (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index archive_imports_state on archive_imports (state, state_changed_at);
create index archive_imports_actor on archive_imports (actor_id, id desc);

-- One for each post in it.
create table archive_entries (
  id bigint primary key default next_id(),
  import_id bigint not null references archive_imports (id) on delete cascade,
  -- Of the archive, from 1.
  place integer not null,
  published_at timestamptz not null,
  -- As the archive has it, JSON; empty once it is settled.
  body text not null,
  -- For people: where the post was.
  subject text not null,
  -- Its files as uploads of this home, in order; null until they are taken out of the archive.
  attachment_ids bigint[],
  outcome text check (outcome in ('done', 'failed', 'repeated')),
  reason text,
  unique (import_id, place)
);
create index archive_entries_open on archive_entries (import_id, published_at, place) where outcome is null;
create index archive_entries_told on archive_entries (import_id, place) where reason is not null;

-- Every address that a post had before: whoever follows an old link finds the post that is here.
create table imported_links (
  link text primary key check (length(link) <= 2048),
  post_id bigint not null references posts (id) on delete cascade
);
create index imported_links_post on imported_links (post_id);

-- A cache in front has nothing yet of a post that was just brought along; its author is told of by the count.
drop trigger posts_written_purge on posts;
create trigger posts_written_purge after insert on posts
  for each row when (new.is_local and new.imported_from is null) execute function purge_post();
