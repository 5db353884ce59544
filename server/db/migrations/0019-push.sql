-- Web push: where apps want to be told of notifications, and what is on its way there.

create table push_subscriptions (
  -- Small: apps read it as a number.
  id bigint primary key generated always as identity,
  -- One for each token; it ends with it.
  token_id bigint not null unique references oauth_tokens (id) on delete cascade,
  actor_id bigint not null references actors (id) on delete cascade,
  -- Whoever knows this address may send to it: it is never logged.
  endpoint text not null,
  host text not null,
  -- The receiver's key, an uncompressed point of P-256, and its authentication secret.
  p256dh bytea not null,
  auth bytea not null,
  -- RFC 8291; otherwise the draft before it, which older relays read.
  is_standard boolean not null default false,
  -- Kind of notification to whether it is wanted, as the app said.
  alerts jsonb not null default '{}',
  policy text not null default 'all' check (policy in ('all', 'followed', 'follower', 'none')),
  -- The token itself, which apps look for in what they are sent: sealed with a key of the home, readable by none without it.
  sealed_token bytea not null,
  created_at timestamptz not null default now(),
  -- Tries that failed one after the other; the next is not made before `retry_at`.
  failures integer not null default 0,
  retry_at timestamptz,
  -- Since when everything that is sent there is refused.
  refused_since timestamptz
);
create index push_subscriptions_actor on push_subscriptions (actor_id);

create table push_deliveries (
  id bigint primary key default next_id(),
  subscription_id bigint not null references push_subscriptions (id) on delete cascade,
  notification_id bigint not null references notifications (id) on delete cascade,
  host text not null,
  state text not null default 'new',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz default now(),
  -- The owner waits for it.
  state_priority smallint not null default 0 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text,
  unique (notification_id, subscription_id)
);
create index push_deliveries_due on push_deliveries (state_priority, state_next_attempt_at)
  where state_next_attempt_at is not null;
create index push_deliveries_state on push_deliveries (state, state_changed_at);
create index push_deliveries_subscription on push_deliveries (subscription_id, id);

-- A token that is taken back ends its pushes in the same transaction, whoever takes it back.
create function end_pushes() returns trigger language plpgsql as $$
begin
  delete from push_subscriptions using changed
   where push_subscriptions.token_id = changed.id and changed.revoked_at is not null;
  return null;
end $$;
create trigger oauth_tokens_end_pushes after update on oauth_tokens referencing new table as changed
  for each statement execute function end_pushes();
