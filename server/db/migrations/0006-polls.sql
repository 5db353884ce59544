-- Polls with their options and votes, and posts that wait for their time.

create table polls (
  -- That of the post which asks.
  id bigint primary key references posts (id) on delete cascade,
  is_local boolean not null default false,
  -- Of the server that counts; empty for this home.
  host text not null default '',
  is_multiple boolean not null,
  hides_totals boolean not null default false,
  -- Null for a poll elsewhere that has no end.
  ends_at timestamptz,
  closed_at timestamptz,
  -- Null where the origin does not tell.
  voters_count integer check (voters_count >= 0),
  -- When the origin was last read; null for own polls.
  fetched_at timestamptz,
  state text not null default 'open',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz,
  state_priority smallint not null default 0 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text,
  -- What a vote leans on, so that the database itself knows in which polls an actor has one vote only.
  unique (id, is_multiple)
);
create index polls_due on polls (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
-- Polls of others that nobody here voted in are all but a few.
create index polls_state on polls (state, state_changed_at) where state <> 'seen';

create table poll_options (
  poll_id bigint not null references polls (id) on delete cascade,
  position smallint not null,
  title text not null,
  votes_count integer not null default 0 check (votes_count >= 0),
  primary key (poll_id, position)
);

-- Votes of anybody in polls of this home, and of identities in polls elsewhere. Nobody is ever shown who voted for what.
create table poll_votes (
  id bigint primary key default next_id(),
  uri text not null unique,
  poll_id bigint not null,
  is_multiple boolean not null,
  actor_id bigint not null references actors (id) on delete cascade,
  position smallint not null,
  created_at timestamptz not null default now(),
  state text not null default 'new',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz,
  state_priority smallint not null default 0 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text,
  foreign key (poll_id, is_multiple) references polls (id, is_multiple) on delete cascade,
  foreign key (poll_id, position) references poll_options (poll_id, position) on delete cascade,
  unique (poll_id, actor_id, position)
);
create unique index poll_votes_single on poll_votes (poll_id, actor_id) where not is_multiple;
create index poll_votes_option on poll_votes (poll_id, position);
create index poll_votes_actor on poll_votes (actor_id);
create index poll_votes_due on poll_votes (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index poll_votes_state on poll_votes (state, state_changed_at) where state <> 'counted';

-- Titles of the options of an earlier version; null where it was no poll.
alter table post_edits add column poll_options text[];

-- Posts that are not written yet: they become posts at their time, and are none before.
create table scheduled_posts (
  id bigint primary key default next_id(),
  actor_id bigint not null references actors (id) on delete cascade,
  application_id bigint,
  scheduled_at timestamptz not null,
  text text not null,
  summary text not null default '',
  is_sensitive boolean not null,
  language text,
  visibility text not null check (visibility in ('public', 'unlisted', 'followers', 'direct')),
  -- Not a reference: a post that is gone by then is a reason to show, not to post without it.
  in_reply_to_id bigint,
  quoted_id bigint,
  quote_policy text check (quote_policy in ('public', 'followers', 'nobody')),
  attachment_ids bigint[] not null default '{}',
  -- {options, expiresInSeconds, isMultiple, hidesTotals}
  poll jsonb,
  created_at timestamptz not null default now(),
  -- What became of it.
  post_id bigint references posts (id) on delete set null,
  -- Why it could not be written, in words for its author.
  failure text,
  state text not null default 'waiting',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz,
  state_priority smallint not null default 0 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text
);
create index scheduled_posts_actor on scheduled_posts (actor_id, id desc);
create index scheduled_posts_due on scheduled_posts (state_priority, state_next_attempt_at)
  where state_next_attempt_at is not null;
create index scheduled_posts_state on scheduled_posts (state, state_changed_at);
create index scheduled_posts_post on scheduled_posts (post_id) where post_id is not null;

-- An upload that a scheduled post will carry is nobody else's.
alter table attachments add column scheduled_id bigint references scheduled_posts (id) on delete set null;
create index attachments_scheduled on attachments (scheduled_id) where scheduled_id is not null;

-- A repeated request gets the scheduled post of the first, as long as it is none yet.
alter table idempotency_keys alter column post_id drop not null;
alter table idempotency_keys add column scheduled_id bigint references scheduled_posts (id) on delete cascade;
alter table idempotency_keys add check (post_id is not null or scheduled_id is not null);
