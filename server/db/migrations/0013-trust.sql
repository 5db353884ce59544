-- How what came was signed and judged, how other servers want to be signed to, whose followers are compared.

alter table inbox_messages
  -- The key that the signature of the request held with.
  add column key_uri text,
  add column scheme text check (scheme in ('cavage', 'rfc9421')),
  -- What the activity is about, where it names one thing.
  add column object_uri text,
  -- What became of a proof inside of it; null where there is none.
  add column proof text check (proof in ('valid', 'unsupported', 'invalid')),
  -- How often it was tried until it was settled; null for once.
  add column tries integer,
  -- {collectionUri, url, host, digest} of the sender's list of those of us who follow it, as the signed header told. FEP-8fcf.
  add column follow_offer jsonb;

-- For the sweep that empties the oldest, once they are too old or too many.
drop index inbox_messages_bodies;
create index inbox_messages_bodies on inbox_messages (id) where body is not null;

-- Listed by its owner for proofs inside of objects, and not only for requests.
alter table actor_keys add column is_assertion_method boolean not null default false;

alter table outbound_activities
  -- Goes to the followers of its signer, so that deliveries tell what we take for the followers there. FEP-8fcf.
  add column is_for_followers boolean not null default false,
  -- Not ours: a reply by this actor, passed on to those who follow whom it replies to.
  add column forwarded_from bigint references actors (id) on delete set null;
create index outbound_activities_forwarded on outbound_activities (forwarded_from, created_at) where forwarded_from is not null;
create index outbound_activities_forwarder on outbound_activities (actor_id, created_at) where forwarded_from is not null;

alter table peers
  add column wants_ed25519 boolean not null default false,
  -- When the host was last found to want RFC 9421; after a while the usual signature is tried again.
  add column preference_at timestamptz;

-- One row for each actor elsewhere whose list of those of us who follow it differed from ours.
create table follow_checks (
  id bigint primary key default next_id(),
  actor_id bigint not null unique references actors (id) on delete cascade,
  -- The partial collection, on the actor's own origin.
  url text not null,
  host text not null,
  created_at timestamptz not null default now(),
  state text not null default 'due',
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
create index follow_checks_due on follow_checks (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index follow_checks_state on follow_checks (state, state_changed_at);
