-- Uploads.

-- Files of the media store that bear the hash of their content. A file goes when nothing names it for a while: a row is
-- written, or its moment renewed, before its file is.
create table media_files (
  key text primary key,
  size bigint not null,
  created_at timestamptz not null default now()
);
create index media_files_age on media_files (created_at);

-- What came in, until its file is looked at; the rows of settled uploads go after a day.
create table uploads (
  id bigint primary key default next_id(),
  actor_id bigint not null references actors (id) on delete cascade,
  purpose text not null check (purpose in ('attachment', 'thumbnail', 'avatar', 'header')),
  -- Of attachments and their thumbnails.
  attachment_id bigint references attachments (id) on delete cascade,
  incoming_key text not null,
  -- By its first bytes.
  media_type text not null,
  size bigint not null,
  -- What it became, for avatars and headers.
  file_key text,
  -- Why it became nothing, in one sentence for its owner.
  refusal text,
  settled_at timestamptz,
  created_at timestamptz not null default now(),
  state text not null default 'received',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz default now(),
  state_priority smallint not null default 0 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text,
  check ((purpose in ('attachment', 'thumbnail')) = (attachment_id is not null))
);
create index uploads_due on uploads (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index uploads_state on uploads (state, state_changed_at);
create index uploads_attachment on uploads (attachment_id) where attachment_id is not null;
create index uploads_incoming on uploads (incoming_key);

-- An earlier version of the post shows it: it stays as long as the post.
alter table attachments add column former_post_id bigint references posts (id) on delete set null;
create index attachments_former on attachments (former_post_id) where former_post_id is not null;

alter table attachments add column preview_width integer;
alter table attachments add column preview_height integer;
alter table attachments add column frame_rate real;
-- Bits per second.
alter table attachments add column bitrate integer;

create index attachments_file on attachments (file_key) where file_key is not null;
create index attachments_preview on attachments (preview_key) where preview_key is not null;
create index attachments_owner on attachments (owner_actor_id) where owner_actor_id is not null;
