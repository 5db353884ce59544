-- Filters of words and posts: what an identity does not want to read, or not without a warning.

create table filters (
  id bigint primary key default next_id(),
  actor_id bigint not null references actors (id) on delete cascade,
  title text not null,
  -- Where it holds: home, notifications, public, thread, account. Apps look at this; every match is told to them.
  contexts text[] not null check (contexts <@ array['home', 'notifications', 'public', 'thread', 'account']),
  action text not null default 'warn' check (action in ('warn', 'hide', 'blur')),
  -- Null for ever. What has expired stays, to be made good again, and matches nothing.
  expires_at timestamptz,
  created_at timestamptz not null default now()
);
create index filters_actor on filters (actor_id, id);

create table filter_keywords (
  id bigint primary key default next_id(),
  filter_id bigint not null references filters (id) on delete cascade,
  -- As it was written; it is folded when it is compared.
  keyword text not null,
  is_whole_word boolean not null default true
);
create index filter_keywords_filter on filter_keywords (filter_id, id);

create table filter_posts (
  id bigint primary key default next_id(),
  filter_id bigint not null references filters (id) on delete cascade,
  post_id bigint not null references posts (id) on delete cascade,
  unique (filter_id, post_id)
);
create index filter_posts_post on filter_posts (post_id);
