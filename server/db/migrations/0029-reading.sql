-- A browser in which the owner is signed in may be told too: its session stands in the place of a token.

alter table push_subscriptions
  alter column token_id drop not null,
  -- Nobody looks for a token in what a window is sent.
  alter column sealed_token drop not null,
  add column session_id bigint unique references owner_sessions (public_id) on delete cascade,
  add constraint push_subscriptions_one_holder check (num_nonnulls(token_id, session_id) = 1),
  add constraint push_subscriptions_sealed check ((token_id is null) = (sealed_token is null));
