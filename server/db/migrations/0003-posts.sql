-- Posts, boosts (a post that carries another), what hangs on them, and what people did with them.

create table posts (
  id bigint primary key default next_id(),
  uri text not null unique,
  author_id bigint not null references actors (id) on delete cascade,
  is_local boolean not null default false,
  -- Note, Question, Article, Page, Video, Audio, Image, Event, or Announce for a boost.
  kind text not null default 'Note',
  boost_of_id bigint references posts (id) on delete cascade,
  page_url text,
  -- Title of an Article, Page, Video or Event.
  title text,
  content_html text not null default '',
  -- As written; own posts only.
  content_source text,
  -- Plain text for search, previews and length.
  content_text text not null default '',
  summary text not null default '',
  is_sensitive boolean not null default false,
  language text,
  visibility text not null check (visibility in ('public', 'unlisted', 'followers', 'direct')),
  in_reply_to_uri text,
  in_reply_to_id bigint references posts (id) on delete set null,
  in_reply_to_author_id bigint references actors (id) on delete set null,
  -- Id of the first post of the thread as far as it is known.
  conversation_id bigint not null,
  -- [{shortcode, url, uri?}]
  emojis jsonb not null default '[]',
  application_id bigint,
  published_at timestamptz not null,
  edited_at timestamptz,
  created_at timestamptz not null default now(),
  fetched_at timestamptz,
  deleted_at timestamptz,
  replies_count integer not null default 0,
  boosts_count integer not null default 0,
  likes_count integer not null default 0,
  state text not null default 'new',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz,
  state_priority smallint not null default 1 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text
);
create index posts_author on posts (author_id, id desc) where deleted_at is null;
create index posts_local on posts (id desc) where is_local and deleted_at is null;
create index posts_public on posts (id desc) where visibility = 'public' and boost_of_id is null and deleted_at is null;
create index posts_reply on posts (in_reply_to_id) where in_reply_to_id is not null;
create index posts_reply_pending on posts (in_reply_to_uri) where in_reply_to_id is null and in_reply_to_uri is not null;
create index posts_conversation on posts (conversation_id, id);
create index posts_boost_of on posts (boost_of_id, author_id) where boost_of_id is not null;
create index posts_page_url on posts (page_url) where page_url is not null;
create index posts_due on posts (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
-- Nearly every post is fanned out; the few in other states are what Stator looks for.
create index posts_state on posts (state, state_changed_at) where state <> 'fanned_out';

-- Earlier versions, oldest first; the present one is the post.
create table post_edits (
  id bigint primary key default next_id(),
  post_id bigint not null references posts (id) on delete cascade,
  content_html text not null,
  content_source text,
  summary text not null,
  is_sensitive boolean not null,
  emojis jsonb not null default '[]',
  attachments jsonb not null default '[]',
  edited_at timestamptz not null
);
create index post_edits_post on post_edits (post_id, id);

create table mentions (
  post_id bigint not null references posts (id) on delete cascade,
  actor_id bigint not null references actors (id) on delete cascade,
  -- Addressed without being named in the text.
  is_silent boolean not null default false,
  primary key (post_id, actor_id)
);
create index mentions_actor on mentions (actor_id, post_id desc);

create table hashtags (
  id bigint primary key default next_id(),
  name text not null unique,
  display_name text not null,
  created_at timestamptz not null default now()
);

create table post_hashtags (
  post_id bigint not null references posts (id) on delete cascade,
  hashtag_id bigint not null references hashtags (id) on delete cascade,
  primary key (post_id, hashtag_id)
);
create index post_hashtags_hashtag on post_hashtags (hashtag_id, post_id desc);

-- Media of posts. `post_id` is null while an upload waits for its post.
create table attachments (
  id bigint primary key default next_id(),
  post_id bigint references posts (id) on delete cascade,
  owner_actor_id bigint references actors (id) on delete cascade,
  position smallint not null default 0,
  kind text not null check (kind in ('image', 'video', 'gifv', 'audio', 'unknown')),
  media_type text not null,
  remote_url text,
  remote_preview_url text,
  -- Key in the media store, uploads only.
  file_key text,
  preview_key text,
  description text,
  blurhash text,
  width integer,
  height integer,
  focus_x real,
  focus_y real,
  duration_seconds real,
  created_at timestamptz not null default now()
);
create index attachments_post on attachments (post_id, position) where post_id is not null;
create index attachments_waiting on attachments (created_at) where post_id is null;

-- Likes of anybody on anything; the kinds grow with later migrations.
create table interactions (
  id bigint primary key default next_id(),
  uri text not null unique,
  kind text not null check (kind in ('like')),
  actor_id bigint not null references actors (id) on delete cascade,
  post_id bigint not null references posts (id) on delete cascade,
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
  state_error text
);
create unique index interactions_once on interactions (actor_id, post_id, kind) where state not in ('undone', 'undone_fanned_out');
create index interactions_post on interactions (post_id, kind);
create index interactions_actor on interactions (actor_id, kind, id desc);
create index interactions_due on interactions (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index interactions_state on interactions (state, state_changed_at);

-- What is gone stays gone: an early Delete is remembered six hours, an own post answers 410 for ever.
create table tombstones (
  uri text not null,
  -- The actor elsewhere who said so, and whom alone it binds; empty for what was deleted here.
  deleted_by text not null default '',
  former_kind text not null default 'Note',
  deleted_at timestamptz not null default now(),
  expires_at timestamptz,
  primary key (uri, deleted_by)
);
create index tombstones_expiry on tombstones (expires_at) where expires_at is not null;

-- The home timeline of one identity. Ids of posts are time-ordered, so this needs no moment of its own.
create table timeline_entries (
  actor_id bigint not null references actors (id) on delete cascade,
  post_id bigint not null references posts (id) on delete cascade,
  primary key (actor_id, post_id)
);
create index timeline_entries_post on timeline_entries (post_id);

create table notifications (
  id bigint primary key default next_id(),
  -- The identity that is told.
  actor_id bigint not null references actors (id) on delete cascade,
  kind text not null,
  from_actor_id bigint not null references actors (id) on delete cascade,
  post_id bigint references posts (id) on delete cascade,
  created_at timestamptz not null default now(),
  dismissed_at timestamptz
);
create index notifications_actor on notifications (actor_id, id desc) where dismissed_at is null;
create index notifications_post on notifications (post_id) where post_id is not null;
create unique index notifications_once on notifications (actor_id, kind, from_actor_id, post_id) nulls not distinct
  where dismissed_at is null and kind <> 'update';
