-- What comes in and what goes out.

-- One row for each activity received. The body may go after a day; the row stays seven, so that a repetition is known.
create table inbox_messages (
  id bigint primary key default next_id(),
  -- The verified signer, which is the activity's actor.
  signer_uri text not null,
  -- Id of the activity, or `sha256:` and the digest of the body where it has none.
  activity_id text not null,
  activity_type text not null,
  host text not null,
  body text,
  received_at timestamptz not null default now(),
  -- Why it had no effect, for the inspector.
  dropped_because text,
  state text not null default 'received',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz default now(),
  state_priority smallint not null default 1 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text,
  unique (signer_uri, activity_id)
);
create index inbox_messages_due on inbox_messages (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index inbox_messages_state on inbox_messages (state, state_changed_at);
-- For the sweep that empties them after a day.
create index inbox_messages_bodies on inbox_messages (state_changed_at) where state = 'processed' and body is not null;

-- An activity that leaves: serialised once, delivered many times.
create table outbound_activities (
  id bigint primary key default next_id(),
  activity_uri text not null,
  activity_type text not null,
  -- Signs the delivery.
  actor_id bigint not null references actors (id) on delete cascade,
  -- What it is about; deliveries about one object keep their order per inbox.
  object_uri text not null,
  body text not null,
  created_at timestamptz not null default now()
);
-- An activity is queued once, however often its handler runs.
create unique index outbound_activities_uri on outbound_activities (activity_uri);
create index outbound_activities_created on outbound_activities (created_at);

-- Inboxes that answered 404, and on how many different days; at the third they count as gone.
create table missing_inboxes (
  inbox_uri text primary key,
  days smallint not null default 1,
  last_day date not null default current_date
);

-- One delivery: one activity to one inbox.
create table fan_outs (
  id bigint primary key default next_id(),
  activity_id bigint not null references outbound_activities (id) on delete cascade,
  inbox_uri text not null,
  host text not null,
  object_uri text not null,
  -- An earlier delivery about the same object to the same inbox was not done when this one was made.
  has_elder boolean not null default false,
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
  unique (activity_id, inbox_uri)
);
create index fan_outs_due on fan_outs (state_priority, state_next_attempt_at, id) where state_next_attempt_at is not null;
create index fan_outs_state on fan_outs (state, state_changed_at);
create index fan_outs_host on fan_outs (host, id) where state = 'new';
create index fan_outs_order on fan_outs (inbox_uri, object_uri, id) where state = 'new';
