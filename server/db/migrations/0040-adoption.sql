-- What is taken over from the database of another server: how far it has come, and the files that came with it.

-- One row at most. It stays: where a home came from is known for as long as it lives.
create table adoption (
  id smallint primary key default 1 check (id = 1),
  -- Of the database, by the ids of the identities in it: another one cannot go on with it.
  source_hash text not null,
  step text not null,
  -- The key of the last row of this step that was taken over.
  after_key text not null default '',
  taken jsonb not null default '{}',
  left_out jsonb not null default '{}',
  started_at timestamptz not null default now(),
  finished_at timestamptz
);

-- By the path that the file had: its old address leads to where it is now.
create table adopted_files (
  path text primary key,
  purpose text not null check (purpose in ('attachment', 'preview', 'avatar', 'header', 'emoji')),
  row_id bigint not null,
  file_key text,
  -- Why it was not taken over.
  refusal text
);
create index adopted_files_waiting on adopted_files (path) where file_key is null;
