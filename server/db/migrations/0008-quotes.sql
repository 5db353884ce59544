-- Quotes: who quotes what, whether the quoted author agrees, and the agreements that identities of this home have given.

-- Who may quote a post, in the words `public`, `followers`, `following`, or the URI of one actor; empty for nobody but its
-- author, null where the post does not say.
alter table posts add column quote_automatic text[], add column quote_manual text[],
  -- When something of an own post changed that peers are told of and that is no edit of what was written.
  add column amended_at timestamptz;
update posts set quote_automatic = case when visibility in ('public', 'unlisted') then '{public}'::text[] else '{}' end,
                 quote_manual = '{}'
 where is_local and boost_of_id is null;

alter table actors add column default_quote_policy text not null default 'public'
  check (default_quote_policy in ('public', 'followers', 'nobody'));

-- One row for each post that quotes another.
create table quotes (
  id bigint primary key default next_id(),
  post_id bigint not null unique references posts (id) on delete cascade,
  quoted_uri text not null,
  -- Host of the quoted post: whom the worker asks.
  host text not null,
  -- As far as it is known here.
  quoted_id bigint references posts (id) on delete set null,
  quoted_author_id bigint references actors (id) on delete set null,
  -- What the quoted author says of it; `deleted` once the quoted post is gone.
  approval text not null default 'pending'
    check (approval in ('pending', 'accepted', 'rejected', 'revoked', 'deleted', 'unauthorized')),
  -- The quoted author's server knows no approvals.
  is_legacy boolean not null default false,
  -- As the quoting post names it; it counts once it is verified, which `approval` tells.
  authorization_uri text,
  -- Id of our own QuoteRequest.
  request_uri text unique,
  -- How many quotes were followed from a post that somebody here asked for to this one.
  depth smallint not null default 0,
  created_at timestamptz not null default now(),
  state text not null default 'outdated',
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
create index quotes_quoted on quotes (quoted_id, post_id) where quoted_id is not null;
create index quotes_quoted_author on quotes (quoted_author_id) where quoted_author_id is not null;
create index quotes_unlinked on quotes (quoted_uri) where quoted_id is null;
create index quotes_authorization on quotes (authorization_uri) where authorization_uri is not null;
create index quotes_due on quotes (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index quotes_state on quotes (state, state_changed_at) where state <> 'settled';

-- Agreements given by identities of this home; each is served at its URI until it is revoked.
create table quote_authorizations (
  id bigint primary key default next_id(),
  uri text not null unique,
  author_id bigint not null references actors (id) on delete cascade,
  quoted_id bigint not null references posts (id) on delete cascade,
  quoting_uri text not null,
  quoting_actor_id bigint not null references actors (id) on delete cascade,
  created_at timestamptz not null default now(),
  state text not null default 'given',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz,
  state_priority smallint not null default 0 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text,
  unique (quoted_id, quoting_uri)
);
create index quote_authorizations_actor on quote_authorizations (quoting_actor_id);
-- What the deletion of an actor has to find.
create index quote_authorizations_author on quote_authorizations (author_id);
create index quote_authorizations_due on quote_authorizations (state_priority, state_next_attempt_at)
  where state_next_attempt_at is not null;
create index quote_authorizations_state on quote_authorizations (state, state_changed_at) where state <> 'given';

-- Each edit of a boosted or quoted post is told.
drop index notifications_once;
create unique index notifications_once on notifications (actor_id, kind, from_actor_id, post_id, interaction_id)
  nulls not distinct where dismissed_at is null and kind not in ('update', 'quoted_update');
