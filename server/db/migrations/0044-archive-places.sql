-- How far the reading of an archive has come, so that one that was interrupted goes on behind it.
alter table archive_imports add column reached integer not null default 0;
update archive_imports
   set reached = coalesce((select max(place) from archive_entries where import_id = archive_imports.id), 0);

-- Posts that were brought along and that another server has asked for since: only then can anybody have a copy.
create table imported_reads (
  post_id bigint primary key references posts (id) on delete cascade
);
-- Of those that came along before this was kept, any may have been asked for.
insert into imported_reads (post_id) select id from posts where imported_from is not null;
