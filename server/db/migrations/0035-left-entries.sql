-- What left a home timeline with the end of a follow: it comes back with the follow, for a day.
create table left_entries (
  actor_id bigint not null references actors (id) on delete cascade,
  post_id bigint not null references posts (id) on delete cascade,
  -- Whom the identity followed.
  followed_id bigint not null references actors (id) on delete cascade,
  left_at timestamptz not null,
  primary key (actor_id, post_id)
);
create index left_entries_post on left_entries (post_id);
create index left_entries_followed on left_entries (followed_id);
