-- Cards: what the page behind a link says of itself. Several posts share one.

create table cards (
  id bigint primary key default next_id(),
  -- Canonical, without fragment; https only.
  url text not null unique,
  host text not null,
  -- What the page calls its own address, on the origin of the link.
  page_url text,
  kind text not null default 'link' check (kind in ('link', 'photo', 'video')),
  -- Plain text all; an empty title says that nothing was read yet.
  title text not null default '',
  description text not null default '',
  provider_name text not null default '',
  author_name text not null default '',
  -- `@user@host` of the fediverse, as the page claims; nobody has confirmed it.
  author_handle text not null default '',
  language text,
  image_url text,
  image_description text not null default '',
  width integer not null default 0,
  height integer not null default 0,
  published_at timestamptz,
  fetched_at timestamptz,
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
create index cards_due on cards (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index cards_state on cards (state, state_changed_at);

-- A post has at most one card.
create table post_cards (
  post_id bigint primary key references posts (id) on delete cascade,
  card_id bigint not null references cards (id) on delete cascade
);
create index post_cards_card on post_cards (card_id, post_id desc);

-- Kept by the database, so that no way of changing a post can forget that its links may be others now.
create function part_post_from_card() returns trigger language plpgsql as $$
begin
  delete from post_cards where post_id = new.id;
  return null;
end
$$;
create trigger posts_part_from_card after update of content_html on posts
  for each row when (old.content_html is distinct from new.content_html) execute function part_post_from_card();
