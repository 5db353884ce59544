-- Whole threads and true counts.

alter table posts
  -- The collection of its replies at its origin: what follows the post's own URI where it begins with that, else whole.
  add column replies_link text,
  -- Totals as the origin counts them; null where it does not say, and for posts of this home.
  add column origin_replies integer,
  add column origin_boosts integer,
  add column origin_likes integer,
  -- Since when the origin answers 404.
  add column missing_since timestamptz;

comment on column post_edits.edited_at is 'When this version was written: the moment of publication for the first one.';

-- One row for each thread that is being completed, or was not long ago.
create table thread_fetches (
  id bigint primary key default next_id(),
  -- That of its posts; moves with them when an earlier post is found.
  conversation_id bigint not null unique,
  -- Of its first post that is known here.
  host text not null,
  -- The identity that looks at it; null where nobody does.
  actor_id bigint references actors (id) on delete set null,
  -- False where only what comes before is wanted, so that a reply that came makes sense.
  with_replies boolean not null,
  asked_at timestamptz not null default now(),
  done_at timestamptz,
  -- Of this run, over all its attempts.
  posts_stored integer not null default 0,
  documents_read integer not null default 0,
  pages_read integer not null default 0,
  items_listed integer not null default 0,
  -- What is known to be missing still.
  remaining integer not null default 0,
  last_error text,
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
create index thread_fetches_due on thread_fetches (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index thread_fetches_state on thread_fetches (state, state_changed_at);
-- What the deletion of an actor has to find.
create index thread_fetches_actor on thread_fetches (actor_id) where actor_id is not null;

-- What a run has come across: where it goes on after an interruption, and what it need not ask for again.
create table thread_finds (
  thread_id bigint not null references thread_fetches (id) on delete cascade,
  uri text not null,
  -- A post that another replies to, a post that a collection lists, a page of a collection (or the collection).
  kind text not null check (kind in ('parent', 'post', 'page')),
  host text not null,
  -- Levels below the first post; of a page, the level of the post that it belongs to.
  depth integer not null,
  place bigint generated always as identity,
  tries smallint not null default 0,
  retry_at timestamptz,
  read_at timestamptz,
  -- Why nothing came of it.
  refusal text,
  primary key (thread_id, uri)
);
create index thread_finds_open on thread_finds (thread_id) where read_at is null;

-- Posts of others that are read again because somebody here looks at them.
create table post_refreshes (
  id bigint primary key default next_id(),
  post_id bigint not null unique references posts (id) on delete cascade,
  host text not null,
  state text not null default 'wanted',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz default now(),
  state_priority smallint not null default 0 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text
);
create index post_refreshes_due on post_refreshes (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index post_refreshes_state on post_refreshes (state, state_changed_at);
